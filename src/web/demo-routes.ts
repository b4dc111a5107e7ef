/** The paths of the demo: what people do there is handed to the world around the gateway, which keeps the stopwatch. */
import type { Express, Response } from 'express';
import type { Log } from '#base/log.ts';
import type { DemoLine } from './demo-view.ts';
import { isProblemStatus, sendProblem } from './problem-document.ts';
import { mayWrite, only } from './refusals.ts';
import type { WriteRules } from './write-rules.ts';

export type DemoRoutes = {
  readonly log: Log;
  readonly rules: WriteRules;
  readonly demo?: DemoLine | null;
};

const DEMO = '/api/v1/demo';
const ACTION = `${DEMO}/:action`;

export function demoRoutes(app: Express, routes: DemoRoutes): void {
  const guard = mayWrite(routes.rules);
  app.get(DEMO, (_req, res) => hand(routes, 'GET', null, res));
  app.all(DEMO, only('GET, HEAD'));
  app.post(ACTION, guard, (req, res) => hand(routes, 'POST', String(req.params.action), res));
  app.delete(ACTION, guard, (req, res) => hand(routes, 'DELETE', String(req.params.action), res));
  app.all(ACTION, only('POST, DELETE'));
}

async function hand(
  { demo, log }: DemoRoutes,
  method: 'GET' | 'POST' | 'DELETE',
  action: string | null,
  res: Response,
): Promise<void> {
  if (demo === null || demo === undefined) return sendProblem(res, 404, 'This is no demo.');
  if (action !== null) log.info('a person makes trouble in the demo', { method, action, by: String(res.locals.by) });
  const { status, body } = await demo.ask(method, action);
  if (status < 300) res.status(status).json(body);
  else sendProblem(res, isProblemStatus(status) ? status : 503, detailIn(body));
}

function detailIn(body: unknown): string {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null;
  return typeof detail === 'string' ? detail : "The demo's world does not answer.";
}
