/** The web room on a free port, fed with the garage; what it is handed can be exchanged while it runs. */
import type { Clock, Timer } from '#base/clock.ts';
import { silentLog } from '#base/log.ts';
import type { Checked } from '#base/problem.ts';
import { NO_RESULTS } from '#site/deadman/results.ts';
import type { GateView } from '#site/gate/view.ts';
import { chargerMarked } from '#site/reduce/charger.ts';
import type { SiteState } from '#site/state.ts';
import type { AdoptionDesk } from '#web/adoption-routes.ts';
import type { AdoptionShown } from '#web/adoption-view.ts';
import type { Mark } from '#web/charger-routes.ts';
import type { DeadmanDesk } from '#web/deadman-routes.ts';
import type { WebOptions } from '#web/options.ts';
import type { SessionRecord } from '#web/session-view.ts';
import type { Refused } from '#web/view.ts';
import { openWeb, type WebDeps, type WebHandle } from '#web/web.ts';
import { garageGate, garageState, NOW_MS, NOW_WALL_MS, type Scene } from './garage.ts';

/** A clock that stands until it is moved; due timers run in order. */
export type HandClock = Clock & { advance(ms: number): void };

export function handClock(): HandClock {
  let nowMs = NOW_MS;
  let waiting: { atMs: number; run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    wallMs: () => NOW_WALL_MS + (nowMs - NOW_MS),
    quality: () => 'synchronised',
    after(_name, ms, run): Timer {
      const entry = { atMs: nowMs + ms, run };
      waiting.push(entry);
      return {
        cancel() {
          waiting = waiting.filter(other => other !== entry);
        },
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = waiting.filter(entry => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        waiting = waiting.filter(entry => entry !== due);
        nowMs = due.atMs;
        due.run();
      }
      nowMs = untilMs;
    },
  };
}

/** The machine's clock, set to the garage's afternoon. */
export function runningClock(): Clock {
  const startedMs = performance.now();
  const nowMs = () => NOW_MS + performance.now() - startedMs;
  return {
    nowMs,
    wallMs: () => NOW_WALL_MS + nowMs() - NOW_MS,
    quality: () => 'synchronised',
    after(_name, ms, run) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

/** Exchangeable parts of what the room is handed. */
export type Handed = {
  state: SiteState;
  gate: GateView;
  notReady: readonly string[];
  refused: readonly Refused[];
  sessions: readonly SessionRecord[];
  happened: readonly { atWallMs: number; json: string }[];
  readonly writes: { source: string; body: unknown }[];
  readonly marks: { charger: number; mark: Mark }[];
  answer: Checked<unknown>;
};

export const handed = (scene: Scene = 'calm'): Handed => ({
  state: garageState(scene),
  gate: garageGate(scene),
  notReady: [],
  refused: [],
  sessions: [],
  happened: [],
  writes: [],
  marks: [],
  answer: { ok: true, value: undefined },
});

/** The gate's figures after some time in which nobody was told anything. */
const runDown = (gate: GateView, elapsedMs: number): GateView => ({
  ...gate,
  connectors: gate.connectors.map(c => ({
    ...c,
    leaseLeftMs: c.leaseLeftMs === null ? null : Math.max(0, c.leaseLeftMs - elapsedMs),
  })),
});

/** Nobody is tested in this garage. */
const NO_TESTS: DeadmanDesk = {
  begin: ({ identity }) => ({
    ok: false,
    problems: [{ path: 'charger', message: `no charger is called "${identity}"` }],
  }),
  cancel: () => false,
  shown: () => ({ ended: [], results: NO_RESULTS }),
};

/** Nobody waits in this garage, and nobody may. */
export const NOBODY_WAITS: AdoptionShown = { untilMs: null, waiting: [], adopted: [], leftOut: [] };

const CLOSED: AdoptionDesk = {
  openWindow() {},
  closeWindow() {},
  shown: () => NOBODY_WAITS,
  adopt: async () => ({ kind: 'unknown', why: 'Nobody waits.' }),
  remove: async () => ({ kind: 'unknown', why: 'Nobody was adopted.' }),
};

export function depsOf(parts: Handed, clock: Clock, loopbackWrites = false): WebDeps {
  const write = (source: string, body: unknown) => {
    parts.writes.push({ source, body });
    return parts.answer;
  };
  return {
    clock,
    log: silentLog,
    loopbackWrites,
    preset: 'standard',
    state: () => parts.state,
    gate: () => runDown(parts.gate, clock.nowMs() - NOW_MS),
    loop: () => ({ lastPassMs: 0.21, p99PassMs: 0.64, p99ReactionMs: 3.4 }),
    notReady: () => parts.notReady,
    refused: () => parts.refused,
    upstream: () => [],
    sessions: () => parts.sessions,
    sessionsOn: () => parts.sessions,
    happened: limit => parts.happened.slice(0, limit),
    putLimits: write,
    clearLimits: source => write(source, null),
    deadman: NO_TESTS,
    adoption: CLOSED,
    mark: (charger, mark) => {
      parts.marks.push({ charger, mark });
      parts.state = chargerMarked(parts.state, { type: 'charger-marked', charger, mark, atMs: clock.nowMs() });
    },
  };
}

export async function opened(deps: WebDeps, options: Partial<WebOptions> = {}): Promise<WebHandle> {
  const outcome = await openWeb(deps, { host: '127.0.0.1', port: 0, token: 'a-good-token', ...options });
  if (!outcome.ok) throw new Error(outcome.detail);
  return outcome.value;
}
