/** The paths of dead-man tests: begin one, watch them and what they showed, cancel one. */
import express, { type Express, type Request, type Response } from 'express';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Checked, Problem } from '#base/problem.ts';
import type { TestOrder } from '#site/deadman/begin.ts';
import type { DeadmanResults } from '#site/deadman/results.ts';
import { LEGS, type Leg } from '#site/deadman/test.ts';
import type { SiteState } from '#site/state.ts';
import { deadmanView, type Ended } from './deadman-view.ts';
import { sendProblem } from './problem-document.ts';
import { mayWrite, only } from './refusals.ts';
import type { WriteRules } from './write-rules.ts';

/** What the room needs to run dead-man tests; the gateway hands it in. */
export type DeadmanDesk = {
  begin(order: Omit<TestOrder, 'id'>): Checked<{ readonly id: string }>;
  cancel(id: string): boolean;
  shown(): { readonly ended: readonly Ended[]; readonly results: DeadmanResults };
};

export type DeadmanRoutes = {
  readonly log: Log;
  readonly clock: Clock;
  readonly rules: WriteRules;
  readonly deadman: DeadmanDesk;
  state(): SiteState;
};

/** A few keys. */
const MAX_BODY_BYTES = 4 * 1024;

const TESTS = '/api/v1/deadman-tests';
const TEST = `${TESTS}/:id`;
const BEGIN = '/api/v1/chargers/:identity/deadman-test';

export function deadmanRoutes(app: Express, routes: DeadmanRoutes): void {
  const guard = mayWrite(routes.rules);
  app.post(BEGIN, guard, express.json({ limit: MAX_BODY_BYTES, strict: false }), (req, res) => begin(routes, req, res));
  app.all(BEGIN, only('POST'));
  app.get(TESTS, (_req, res) => {
    const { ended, results } = routes.deadman.shown();
    res.json(deadmanView(routes.state(), ended, results, routes.clock.nowMs()));
  });
  app.all(TESTS, only('GET, HEAD'));
  app.delete(TEST, guard, (req, res) => {
    if (routes.deadman.cancel(String(req.params.id))) res.status(204).end();
    else sendProblem(res, 404, 'No test of this name runs.');
  });
  app.all(TEST, only('DELETE'));
}

/** It cuts sockets and ends sessions, so it stands in the log who wanted it. */
function begin(routes: DeadmanRoutes, req: Request, res: Response): void {
  const order = orderOf(req.body);
  const identity = String(req.params.identity);
  const begun = order.ok ? routes.deadman.begin({ ...order.value, identity }) : order;
  if (begun.ok) {
    routes.log.warn('a person begins a dead-man test', { charger: identity, by: String(res.locals.by) });
    res.status(202).location(TESTS).json(begun.value);
    return;
  }
  const { problems } = begun;
  sendProblem(res, 422, `Not begun: ${problems.map(sentenceOf).join('; ')}.`, { problems });
}

const sentenceOf = ({ path, message, hint }: Problem): string =>
  `${path} ${message}${hint === undefined ? '' : ` (${hint})`}`.trim();

/** Reads the body; every problem is told at once. No body at all is an order without wishes. */
export function orderOf(body: unknown): Checked<Omit<TestOrder, 'id' | 'identity'>> {
  if (body === undefined) return { ok: true, value: { connectorId: null, legs: null } };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      ok: false,
      problems: [{ path: '', message: 'must be an object with connectorId and legs, both optional' }],
    };
  }
  const { connectorId = null, legs = null, ...rest } = body as Record<string, unknown>;
  const problems: Problem[] = Object.keys(rest).map(path => ({ path, message: 'is no key of a test' }));
  if (connectorId !== null && !(Number.isInteger(connectorId) && Number(connectorId) > 0)) {
    problems.push({ path: 'connectorId', message: 'must be the number of a socket, 1 or more' });
  }
  if (legs !== null && !areLegs(legs)) {
    problems.push({ path: 'legs', message: `must be a list of ${LEGS.join(', ')}`, hint: 'each once' });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { connectorId: connectorId as number | null, legs: legs as readonly Leg[] | null } };
}

const areLegs = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value).size === value.length &&
  value.every(leg => LEGS.includes(leg));
