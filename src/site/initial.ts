/** The state at the instant of the start: nothing is known, so everything is booked at its worst (rule 27). */
import { at } from '#base/assert.ts';
import { UNKNOWN_BACKGROUND } from '#site/gate/background.ts';
import { unknownLedger } from '#site/gate/ledger.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Charger, Connector, Meter, Setup, SiteState } from '#site/state.ts';
import type { ChargerSpec, ConnectorSpec, MeterSpec, Topology } from '#site/topology.ts';

const NEVER = Number.NEGATIVE_INFINITY;

export const initialState = (topology: Topology, atMs: number): SiteState => ({
  topology,
  startedAtMs: atMs,
  chargers: topology.chargers.map(unseenCharger),
  connectors: topology.connectors.map(spec => unseenConnector(spec, atMs)),
  meters: topology.meters.map(unreadMeter),
  backgrounds: topology.circuits.map(circuit => (circuit.meter >= 0 ? UNKNOWN_BACKGROUND : null)),
  outsideLimits: [],
  targets: topology.connectors.map(spec => ({
    targetMa: spec.fallbackMa,
    reason: {
      source: 'charger',
      id: at(topology.chargers, spec.charger).identity,
      row: null,
      text: 'not seen since the start: counted at its rating',
    },
  })),
  loop: { passes: 0, lastPassAtMs: NEVER, failedChecks: 0, blockedReductions: 0, raisesWaiting: false },
  commissioningUntilMs: NEVER,
});

/** Nothing was said to it yet. */
export const NOTHING_DONE: Setup = { todo: [], readBack: 'unknown', cleared: [], failures: 0, failedAtMs: NEVER };

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

const unseenConnector = (spec: ConnectorSpec, atMs: number): Connector => ({
  status: 'Unknown',
  statusAtMs: atMs,
  errorCode: '',
  transaction: null,
  draw: null,
  drawBefore: null,
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
