/** The door for people and scripts: HTTP API, live stream, metrics and the page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { Checked } from '#base/problem.ts';
import type { GateView } from '#site/gate/view.ts';
import type { SiteState } from '#site/state.ts';
import type { AdoptionDesk } from './adoption-routes.ts';
import type { Mark } from './charger-routes.ts';
import type { DeadmanDesk } from './deadman-routes.ts';
import type { DemoLine } from './demo-view.ts';
import { EVENTS_SHOWN, eventViews, type Happened } from './events.ts';
import { createMetrics } from './metrics.ts';
import type { WebOptions } from './options.ts';
import { createApp } from './routes.ts';
import type { SessionRecord } from './session-view.ts';
import type { SiteView } from './site-view.ts';
import { LiveStream } from './stream.ts';
import { Trend } from './trend.ts';
import type { Office } from './upstream-view.ts';
import { type LoopFigures, type Refused, siteView } from './view.ts';

export type { DemoLine, DemoView, TroubleView } from './demo-view.ts';

/** A request must be in by then: a site's own clients are near, anything slower holds sockets for nothing. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Pages, scrapers and scripts of one site, with room; more are turned away by the socket layer. */
const MAX_CONNECTIONS = 256;

/** The held clock offset follows when it is this far off; less is slewing. */
const OFFSET_STEP_MS = 250;

/** What the room needs of the others; the gateway hands it in. */
export type WebDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** True in the demo: its own machine may write without a token. */
  readonly loopbackWrites: boolean;
  /** Of the site file; another one waits for a restart. */
  readonly preset: SiteView['site']['preset'];
  state(): SiteState;
  gate(): GateView;
  loop(): LoopFigures;
  /** Why the site is not ready, in sentences; empty when passes complete and every guard meter is fresh. */
  notReady(): readonly string[];
  /** Chargers that were not let in, newest first, bounded by the charger door. */
  refused(): readonly Refused[];
  upstream(): readonly Office[];
  /** Sessions that run and the newest that ended, newest first. */
  sessions(): readonly SessionRecord[];
  /** Those of a day of the site (YYYY-MM-DD), oldest first. */
  sessionsOn(day: string): readonly SessionRecord[];
  /** What happened, newest first. */
  happened(limit: number): readonly Happened[];
  putLimits(source: string, body: unknown): Checked<unknown>;
  clearLimits(source: string): Checked<unknown>;
  /** What a person said of a charger, by index. */
  mark(charger: number, mark: Mark): void;
  /** Runs dead-man tests. */
  readonly deadman: DeadmanDesk;
  /** The world around a demo's gateway; none elsewhere. */
  readonly demo?: DemoLine | null;
  /** Chargers that stand in no file. */
  readonly adoption: AdoptionDesk;
};

export type WebHandle = {
  readonly port: number;
  /** Takes over a new token; the address of the door waits for a restart. */
  reconfigure(options: WebOptions): void;
  /** Readers of the live stream, those dropped for being too slow, and what waits in memory for them. */
  stream(): { readonly clients: number; readonly dropped: number; readonly bufferedBytes: number };
  close(): Promise<void>;
};

/** Opens the door. Fails with `rejected` when the port is taken, with `exception` for anything else. */
export async function openWeb(deps: WebDeps, options: WebOptions): Promise<Outcome<WebHandle>> {
  const view = viewReader(deps);
  const trend = new Trend(deps.clock, view);
  const stream = new LiveStream(deps.clock, view, () => trend.points);
  const rules = { token: options.token, host: options.host, loopbackWrites: deps.loopbackWrites };
  const app = createApp({
    demo: deps.demo ?? null,
    log: deps.log,
    clock: deps.clock,
    stream,
    metrics: createMetrics(),
    rules,
    view,
    notReady: () => deps.notReady(),
    events: () => eventViews(deps.happened(EVENTS_SHOWN)),
    state: () => deps.state(),
    mark: (charger, mark) => deps.mark(charger, mark),
    sources: () => deps.state().topology.limitSources,
    putLimits: (source, body) => problemsOf(deps.putLimits(source, body)),
    clearLimits: source => problemsOf(deps.clearLimits(source)),
    deadman: deps.deadman,
    upstream: () => deps.upstream(),
    sessions: () => deps.sessions(),
    sessionsOn: day => deps.sessionsOn(day),
    adoption: deps.adoption,
  });
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, app);
  server.maxConnections = MAX_CONNECTIONS;
  const listening = await listen(server, options, deps.log);
  if (!listening.ok) {
    trend.close();
    return listening;
  }
  return ok({
    port: listening.value,
    reconfigure: next => {
      rules.token = next.token;
    },
    stream: () => ({ clients: stream.clients, dropped: stream.dropped, bufferedBytes: stream.bufferedBytes }),
    close: () => {
      trend.close();
      return close(server, stream);
    },
  });
}

const problemsOf = (checked: Checked<unknown>) => (checked.ok ? [] : checked.problems);

/** Reads the site now; instants of the past keep their wall time while the clock is only slewed. */
function viewReader(deps: WebDeps): () => SiteView {
  let heldOffsetMs: number | null = null;
  return () => {
    const nowMs = deps.clock.nowMs();
    const nowWallMs = deps.clock.wallMs();
    const offsetMs = nowWallMs - nowMs;
    if (heldOffsetMs === null || Math.abs(offsetMs - heldOffsetMs) > OFFSET_STEP_MS) heldOffsetMs = offsetMs;
    return siteView({
      state: deps.state(),
      gate: deps.gate(),
      loop: deps.loop(),
      notReady: deps.notReady(),
      refused: deps.refused(),
      upstream: deps.upstream(),
      demo: deps.demo ?? null,
      adoption: deps.adoption.shown(),
      preset: deps.preset,
      clock: deps.clock.quality(),
      nowMs,
      nowWallMs,
      wallOffsetMs: heldOffsetMs,
    });
  };
}

/** The first error means that the door did not open; a later one closes no door and is logged. */
function listen(server: Server, { host, port }: WebOptions, log: Log): Promise<Outcome<number>> {
  return new Promise(resolve => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      if (server.listening) log.warn('the web door had an error', { error: error.message });
      resolve(failed(taken ? 'rejected' : 'exception', taken ? `port ${port} on ${host} is taken` : error.message));
    });
    server.listen(port, host, () => resolve(ok((server.address() as AddressInfo).port)));
  });
}

function close(server: Server, stream: LiveStream): Promise<void> {
  stream.close();
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
