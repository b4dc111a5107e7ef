/** Sessions over HTTP: the newest, page by page, and all of a day as a table. */
import type { Express, Request, Response } from 'express';
import type { SiteState } from '#site/state.ts';
import { socketNamed } from '#site/topology.ts';
import { sendProblem } from './problem-document.ts';
import { only } from './refusals.ts';
import { reconciliation, type SessionRecord, type SessionView, sessionView } from './session-view.ts';
import { judgeWrite, type WriteRules } from './write-rules.ts';

export type SessionRoutes = {
  readonly rules: WriteRules;
  state(): SiteState;
  /** Running ones and the newest that ended, newest first; bounded by the store. */
  sessions(): readonly SessionRecord[];
  /** Those that ended on a day of the site, oldest first; on the day that runs also those that run. */
  sessionsOn(day: string): readonly SessionRecord[];
};

/** A screen, and what a script may ask for at once: about 300 kB. */
const PAGE = 100;
const PAGE_MAX = 500;

const SESSIONS = '/api/v1/sessions';
const RECONCILIATION = '/api/v1/upstream/reconciliation.csv';

export function sessionRoutes(app: Express, routes: SessionRoutes): void {
  app.get(SESSIONS, (req, res) => list(routes, req, res));
  app.get(RECONCILIATION, (req, res) => table(routes, req, res));
  app.all([SESSIONS, RECONCILIATION], only('GET, HEAD'));
}

const queryOf = (req: Request): URLSearchParams => new URL(req.url, 'http://busbar').searchParams;

function list(routes: SessionRoutes, req: Request, res: Response): void {
  const query = queryOf(req);
  const delivered = query.get('delivered');
  const limit = Number(query.get('limit') ?? PAGE);
  const before = query.get('before');
  if (delivered !== null && delivered !== 'true' && delivered !== 'false') {
    sendProblem(res, 400, '"delivered" is true or false.');
    return;
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
    sendProblem(res, 400, `"limit" is a whole number from 1 to ${PAGE_MAX}.`);
    return;
  }
  const all = routes.sessions();
  const from = before === null ? 0 : all.findIndex(({ session }) => String(session.id) === before) + 1;
  if (before !== null && from === 0) {
    sendProblem(res, 400, '"before" is the id of a session that is still listed.');
    return;
  }
  const views = viewed(routes, all.slice(from), mayKnowCards(routes, req));
  const wanted = views.filter(view => delivered === null || view.delivered === (delivered === 'true'));
  const page = wanted.slice(0, limit);
  if (wanted.length > page.length) res.set('link', `<${nextPage(query, page.at(-1)?.id ?? 0)}>; rel="next"`);
  res.json(page);
}

function nextPage(query: URLSearchParams, before: number): string {
  const next = new URLSearchParams(query);
  next.set('before', String(before));
  return `${SESSIONS}?${next}`;
}

function table(routes: SessionRoutes, req: Request, res: Response): void {
  const day = queryOf(req).get('day') ?? '';
  if (!isDay(day)) {
    sendProblem(res, 400, 'Say which day: ?day=YYYY-MM-DD.');
    return;
  }
  res.set('content-disposition', `attachment; filename="sessions-${day}.csv"`);
  res.type('text/csv').send(reconciliation(viewed(routes, routes.sessionsOn(day), false)));
}

/** 30 February is none. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

function viewed({ state }: SessionRoutes, records: readonly SessionRecord[], mayKnow: boolean): readonly SessionView[] {
  const { topology } = state();
  return records.map(record => {
    const { charger, connectorId } = record.session;
    return sessionView(record, socketNamed(topology, charger, connectorId)?.evseId ?? null, mayKnow);
  });
}

/** Cards are people's: only who may write is told whose. */
function mayKnowCards({ rules }: SessionRoutes, req: Request): boolean {
  const { authorization, host, origin } = req.headers;
  return judgeWrite({ authorization, host, origin, remoteAddress: req.socket.remoteAddress ?? '' }, rules).allowed;
}
