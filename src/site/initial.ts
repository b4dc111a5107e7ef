/** The state at the instant of the start: nothing is known, so everything is booked at its worst (rule 27). */
import { at } from '#base/assert.ts';
import { UNKNOWN_BACKGROUND } from '#site/gate/background.ts';
import { unknownLedger } from '#site/gate/ledger.ts';
import { type Restored, storedLedger } from '#site/gate/stored.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Charger, Connector, Meter, Setup, SiteState } from '#site/state.ts';
import type { ChargerSpec, ConnectorSpec, MeterSpec, Topology } from '#site/topology.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** @param stored what an earlier process left that is still believed, by connector (gate/stored.ts) */
export const initialState = (
  topology: Topology,
  atMs: number,
  stored: readonly (Restored | null)[] = [],
): SiteState => ({
  topology,
  startedAtMs: atMs,
  chargers: topology.chargers.map(spec => rememberedCharger(spec, stored)),
  connectors: topology.connectors.map(spec => rememberedConnector(spec, atMs, stored[spec.index] ?? null)),
  meters: topology.meters.map(unreadMeter),
  backgrounds: topology.circuits.map(circuit => (circuit.meter >= 0 ? UNKNOWN_BACKGROUND : null)),
  outsideLimits: [],
  targets: topology.connectors.map(spec => ({
    targetMa: spec.fallbackMa,
    reason: {
      source: 'charger',
      id: at(topology.chargers, spec.charger).identity,
      row: null,
      text: `not seen since the start: counted at ${stored[spec.index] == null ? 'its rating' : 'the most that it may hold'}`,
    },
  })),
  loop: { passes: 0, lastPassAtMs: NEVER, failedChecks: 0, blockedReductions: 0, raisesWaiting: false },
  commissioningUntilMs: NEVER,
  limitsOnly: null,
  tests: [],
});

/** Nothing was said to it yet. */
export const NOTHING_DONE: Setup = {
  todo: [],
  round: 0,
  readBack: 'unknown',
  hasDiffered: false,
  isDoubted: false,
  saysMa: null,
  cleared: [],
  failures: 0,
  failedAtMs: NEVER,
};

const unseenCharger = (spec: ChargerSpec): Charger => ({
  link: 'offline',
  generation: 0,
  linkSinceMs: NEVER,
  booted: false,
  traits: spec.traits,
  vendor: '',
  model: '',
  firmware: '',
  ocppVersion: '',
  lastHeardMs: NEVER,
  callSinceMs: null,
  timeouts: 0,
  skew: UNKNOWN_SKEW,
  askedAtMs: NEVER,
  setup: NOTHING_DONE,
  switchedOff: false,
});

function rememberedCharger(spec: ChargerSpec, stored: readonly (Restored | null)[]): Charger {
  const unseen = unseenCharger(spec);
  const found = spec.connectors.flatMap(connector => stored[connector] ?? [])[0];
  if (found === undefined) return unseen;
  const { vendor, model, firmware } = found.schedule.model;
  return { ...unseen, traits: found.traits, vendor, model, firmware };
}

function rememberedConnector(spec: ConnectorSpec, atMs: number, stored: Restored | null): Connector {
  const unseen = unseenConnector(spec, atMs);
  return stored === null ? unseen : { ...unseen, ledger: storedLedger(spec, stored.schedule, atMs) };
}

const unseenConnector = (spec: ConnectorSpec, atMs: number): Connector => ({
  status: 'Unknown',
  statusAtMs: atMs,
  errorCode: '',
  transaction: null,
  draw: null,
  earlierDraws: [],
  registerWh: null,
  wantsSinceMs: null,
  ledger: unknownLedger(spec.maxMa),
  hasBase: false,
  mask: null,
  wish: null,
  probeAtMs: null,
});

const unreadMeter = (spec: MeterSpec): Meter => ({
  reading: null,
  atMs: NEVER,
  intervalMs: spec.intervalMs,
  goodInARow: 0,
  quality: 'stale',
  lastError: 'not read yet',
});
