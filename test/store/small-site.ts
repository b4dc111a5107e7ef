/** A site of one fuse, two chargers and a meter, as the tests of the writing rooms need it. */

import type { Clock, Timer } from '#base/clock.ts';
import { ZERO_TRIPLE } from '#base/units.ts';
import { NO_DIP } from '#site/gate/ledger.ts';
import { NOTHING_DONE } from '#site/initial.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Charger, Connector, Meter, OutsideLimit, SiteState } from '#site/state.ts';
import type { ChargerTraits, Circuit, Topology } from '#site/topology.ts';

export const TRAITS: ChargerTraits = {
  profileId: 'cautious',
  leaseClass: 'unknown',
  reactionMs: 10_000,
  believeMs: 60_000,
  stepMa: 1000,
  rateUnit: 'A',
  canPause: true,
  dividesByPhases: false,
  stackLevel: 0,
  stackLevels: 2,
  maxPeriods: 24,
  absolute: true,
  readsBack: true,
  clearsByCriteria: true,
  writesPerDay: null,
};

const circuit = (index: number, id: string, parent: number): Circuit => ({
  ...{ index, id, name: id, parent, children: parent < 0 ? [1] : [], limits: [], marginMa: null },
  ...{ designLoadMa: ZERO_TRIPLE, reservedMa: ZERO_TRIPLE, meter: parent < 0 ? 0 : -1, failSafeMa: null },
  connectors: [0, 1],
});

const connectorSpec = (index: number) => ({
  ...{ index, charger: index, evseId: 1, connectorId: 1, name: `Bay ${index + 1}`, path: [1, 0] },
  ...{ phases: [0, 1, 2] as const, minMa: 6000, maxMa: 32_000, fallbackMa: 6000, dc: null },
});

const chargerSpec = (index: number) => ({
  ...{ index, identity: `CP0${index + 1}`, name: `Bay ${index + 1}`, connectors: [index], traits: TRAITS },
});

export const TOPOLOGY: Topology = {
  ...{ siteName: 'Small', supplyPhases: 3, nominalV: 230, limitSources: ['ems', 'cap'], leaseTtlMs: 300_000 },
  circuits: [circuit(0, 'main', -1), circuit(1, 'row-a', 0)],
  chargers: [0, 1].map(chargerSpec),
  connectors: [0, 1].map(connectorSpec),
  meters: [{ index: 0, id: 'grid', role: 'guard', circuit: 0, intervalMs: 1000, signed: true }],
};

const CHARGER: Charger = {
  ...{ link: 'online', generation: 1, linkSinceMs: 0, booted: true, traits: TRAITS, vendor: '', model: '' },
  ...{ firmware: '', ocppVersion: 'ocpp1.6', lastHeardMs: 0, callSinceMs: null, timeouts: 0, askedAtMs: 0 },
  ...{ skew: UNKNOWN_SKEW, setup: NOTHING_DONE, switchedOff: false },
};

const CONNECTOR: Connector = {
  ...{ status: 'Available', statusAtMs: 0, errorCode: 'NoError', transaction: null, draw: null, earlierDraws: [] },
  ...{ registerWh: null, wantsSinceMs: null, hasBase: true, mask: null, wish: null, probeAtMs: null },
  ledger: {
    held: [{ limitMa: 32_000, lapseMa: 32_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 0, ackedAtMs: null }],
    ...{
      failures: 0,
      failedAtMs: 0,
      changedAtMs: 0,
      dip: NO_DIP,
      overSinceMs: null,
      uncontrolled: false,
      obeyed: null,
      obeyedAtMs: 0,
    },
    brokenMa: Number.POSITIVE_INFINITY,
    writes: { dayMs: 0, count: 0 },
  },
};

const METER: Meter = {
  ...{ reading: null, atMs: 0, intervalMs: 1000, goodInARow: 3, quality: 'good', lastError: '' },
};

export const SITE: SiteState = {
  ...{ topology: TOPOLOGY, startedAtMs: 0, chargers: [CHARGER, CHARGER], connectors: [CONNECTOR, CONNECTOR] },
  ...{ meters: [METER], backgrounds: [null, null], outsideLimits: [], targets: [] },
  commissioningUntilMs: Number.NEGATIVE_INFINITY,

  limitsOnly: null,
  tests: [],
  loop: { passes: 0, lastPassAtMs: 0, failedChecks: 0, blockedReductions: 0, raisesWaiting: false },
};

/** The site with one connector changed. */
export const withConnector = (state: SiteState, index: number, change: Partial<Connector>): SiteState => ({
  ...state,
  connectors: state.connectors.map((connector, n) => (n === index ? { ...connector, ...change } : connector)),
});

export const withMeter = (state: SiteState, change: Partial<Meter>): SiteState => ({
  ...state,
  meters: state.meters.map(meter => ({ ...meter, ...change })),
});

export const withLink = (state: SiteState, index: number, link: 'online' | 'offline'): SiteState => ({
  ...state,
  chargers: state.chargers.map((charger, n) => (n === index ? { ...charger, link } : charger)),
});

export const outsideLimit = (change: Partial<OutsideLimit> = {}): OutsideLimit => ({
  ...{ source: 'ems', circuit: 0, limitMa: [63_000, 63_000, 63_000], limitW: null, evOnly: false },
  ...{ validUntilMs: null, validUntilWallMs: null, failSafeMa: null, setAtMs: 0, ...change },
});

/** A clock that stands until it is moved. Wall time runs `aheadMs` before monotonic time. */
export function handClock(aheadMs: number): Clock & { move(ms: number): void; waiting(): readonly string[] } {
  let now = 0;
  let timers: { name: string; dueMs: number; run: () => void; timer: Timer }[] = [];
  return {
    nowMs: () => now,
    wallMs: () => now + aheadMs,
    quality: () => 'synchronised',
    after(name, ms, run) {
      const timer = {
        cancel() {
          timers = timers.filter(entry => entry.timer !== timer);
        },
      };
      timers.push({ name, dueMs: now + ms, run, timer });
      return timer;
    },
    move(ms) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter(entry => entry.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        timers = timers.filter(entry => entry !== next);
        now = next.dueMs;
        next.run();
      }
      now = end;
    },
    waiting: () => timers.map(entry => entry.name),
  };
}
