/** The paths of the contract. Each method that a path does not know is refused in words. */
import { resolve } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Problem } from '#base/problem.ts';
import { type AdoptionRoutes, adoptionRoutes } from './adoption-routes.ts';
import { type ChargerRoutes, chargerRoutes } from './charger-routes.ts';
import { type DeadmanRoutes, deadmanRoutes } from './deadman-routes.ts';
import { type DemoRoutes, demoRoutes } from './demo-routes.ts';
import type { EventView } from './events.ts';
import { noStore, safeHeaders } from './headers.ts';
import type { Metrics } from './metrics.ts';
import { OPENAPI } from './openapi.ts';
import { isProblemStatus, sendProblem } from './problem-document.ts';
import { mayWrite, only } from './refusals.ts';
import { type SessionRoutes, sessionRoutes } from './session-routes.ts';
import type { SiteView } from './site-view.ts';
import type { LiveStream } from './stream.ts';
import { type Office, upstreamDetail, upstreamMap } from './upstream-view.ts';

/** 500 limits with every field fit in; nothing larger is meant for us. */
const MAX_BODY_BYTES = 128 * 1024;

const PAGE_FOLDER = resolve(import.meta.dirname, 'ui/dist');

export type Routes = SessionRoutes &
  ChargerRoutes &
  AdoptionRoutes &
  DeadmanRoutes &
  DemoRoutes & {
    readonly stream: LiveStream;
    readonly metrics: Metrics;
    view(): SiteView;
    notReady(): readonly string[];
    events(): readonly EventView[];
    sources(): readonly string[];
    putLimits(source: string, body: unknown): readonly Problem[];
    clearLimits(source: string): readonly Problem[];
    /** The back office in full, its connector numbers included. */
    upstream(): readonly Office[];
  };

export function createApp(routes: Routes): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(safeHeaders(routes.demo?.worldPort ?? null));
  app.use(['/healthz', '/readyz', '/metrics', '/api'], noStore);
  healthRoutes(app, routes);
  siteRoutes(app, routes);
  limitRoutes(app, routes);
  sessionRoutes(app, routes);
  chargerRoutes(app, routes);
  deadmanRoutes(app, routes);
  demoRoutes(app, routes);
  adoptionRoutes(app, routes);
  pageRoutes(app);
  app.use((req, res) => sendProblem(res, 404, `There is nothing at ${req.path}.`));
  app.use(onError(routes.log));
  return app;
}

function healthRoutes(app: Express, routes: Routes): void {
  app.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  app.get('/readyz', (_req, res) => {
    const reasons = routes.notReady();
    if (reasons.length === 0) res.json({ ready: true, reasons });
    else sendProblem(res, 503, reasons.join(' '), { reasons });
  });
  app.get('/metrics', async (_req, res) => {
    const { clients, dropped } = routes.stream;
    res.set('content-type', routes.metrics.contentType);
    res.send(await routes.metrics.text(routes.view(), { clients, dropped }));
  });
  app.all(['/healthz', '/readyz', '/metrics'], only('GET, HEAD'));
}

function siteRoutes(app: Express, routes: Routes): void {
  app.get('/api/v1/site', (_req, res) => void res.json(routes.view()));
  app.get('/api/v1/stream', (_req, res) => {
    if (!routes.stream.join(res)) sendProblem(res, 503, 'Too many pages are open; close one and try again.');
  });
  app.get('/api/v1/upstream', (_req, res) => void res.json(upstreamDetail(routes.upstream())));
  app.get(
    '/api/v1/upstream/map.csv',
    (_req, res) => void res.type('text/csv').send(upstreamMap(routes.upstream(), routes.state())),
  );
  app.get('/api/v1/events', (_req, res) => void res.json(routes.events()));
  app.get('/api/openapi.json', (_req, res) => void res.json(OPENAPI));
  app.all(
    [
      '/api/v1/site',
      '/api/v1/stream',
      '/api/v1/upstream',
      '/api/v1/upstream/map.csv',
      '/api/v1/events',
      '/api/openapi.json',
    ],
    only('GET, HEAD'),
  );
}

function limitRoutes(app: Express, routes: Routes): void {
  const path = '/api/v1/limits/:source';
  app.get('/api/v1/limits', (_req, res) => void res.json(routes.view().limits));
  app.all('/api/v1/limits', only('GET, HEAD'));
  app.get(path, (req, res) => void res.json(limitsOf(routes, sourceOf(req))));
  app.put(path, mayWrite(routes.rules), express.json({ limit: MAX_BODY_BYTES, strict: false }), (req, res) => {
    const source = sourceOf(req);
    if (!isKnown(routes, source, res)) return;
    if (!req.is('application/json')) {
      sendProblem(res, 415, 'Send the limits as application/json.');
      return;
    }
    const problems = routes.putLimits(source, req.body);
    if (problems.length === 0) res.json(limitsOf(routes, source));
    else sendProblem(res, 422, `${problems.length} to mend; nothing was changed.`, { problems });
  });
  app.delete(path, mayWrite(routes.rules), (req, res) => {
    const source = sourceOf(req);
    if (!isKnown(routes, source, res)) return;
    const problems = routes.clearLimits(source);
    if (problems.length === 0) res.status(204).end();
    else sendProblem(res, 422, 'Nothing was changed.', { problems });
  });
  app.all(path, only('GET, HEAD, PUT, DELETE'));
}

const sourceOf = (req: Request): string => String(req.params.source);

const limitsOf = (routes: Routes, source: string) => routes.view().limits.filter(limit => limit.source === source);

/** Answers 404 for a source that the configuration does not name. */
function isKnown(routes: Routes, source: string, res: Response): boolean {
  const sources = routes.sources();
  if (sources.includes(source)) return true;
  const known = sources.length === 0 ? 'None is configured.' : `Known: ${sources.join(', ')}.`;
  sendProblem(res, 404, `No source of this name may set limits. ${known}`);
  return false;
}

function pageRoutes(app: Express): void {
  const assets = { index: false, immutable: true, maxAge: '1y', fallthrough: true };
  app.use('/assets', express.static(resolve(PAGE_FOLDER, 'assets'), assets));
  app.use(
    express.static(PAGE_FOLDER, { cacheControl: false, setHeaders: res => res.setHeader('cache-control', 'no-cache') }),
  );
  app.get('/', (_req, res) => {
    sendProblem(res, 503, 'The page is not built yet: run "npm run ui". The figures are at /api/v1/site.');
  });
}

/** Errors of the body reader carry a status; anything else is a failure of ours and is logged. */
const onError =
  (log: Routes['log']): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    const status = statusOf(error);
    if (status === null) log.error('a request failed', { path: req.path, error: String(error) });
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (status === null) sendProblem(res, 500, 'This request failed; the log says more.');
    else sendProblem(res, status, detailOf(status, error));
  };

function statusOf(error: unknown): 400 | 404 | 413 | 415 | null {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  if (!isProblemStatus(status)) return status < 500 ? 400 : null;
  return status === 404 || status === 413 || status === 415 ? status : status < 500 ? 400 : null;
}

function detailOf(status: 400 | 404 | 413 | 415, error: unknown): string {
  if (status === 413) return `At most ${MAX_BODY_BYTES / 1024} KiB are read.`;
  if (status === 415) return 'This encoding is not read; send plain JSON in UTF-8.';
  return status === 404 ? 'There is nothing here.' : `The request could not be read: ${(error as Error).message}`;
}
