/** A garage with 34 bays as plain data: what the web room would be handed on an ordinary afternoon. */

import { NO_LIMIT_MA, type PhaseIndex, type Quad, type Triple, triple } from '#base/units.ts';
import { NO_DIP } from '#site/gate/ledger.ts';
import type { GateCircuit, GateConnector, GateView } from '#site/gate/view.ts';
import { NOTHING_DONE } from '#site/initial.ts';
import type { Reason } from '#site/reason.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Background, Charger, Connector, SiteState, Target } from '#site/state.ts';
import type { Circuit, ConnectorSpec, FixedLimit, Topology } from '#site/topology.ts';
import { PROVEN } from '../site/site.ts';

export const NOW_MS = 3_600_000;
export const NOW_WALL_MS = Date.parse('2026-01-15T15:00:00Z');

const fuse = (limitA: number, evOnly: boolean): FixedLimit => ({
  source: 'fuse',
  kind: 'hard',
  limitMa: triple(limitA * 1000),
  limitW: null,
  evOnly,
});
const contract: FixedLimit = {
  source: 'contract',
  kind: 'live',
  limitMa: triple(NO_LIMIT_MA),
  limitW: 80_000,
  evOnly: false,
};

const circuit = (index: number, id: string, name: string, limits: readonly FixedLimit[], bays: readonly number[]) => ({
  index,
  id,
  name,
  parent: index === 0 ? -1 : 0,
  children: index === 0 ? [1, 2, 3] : [],
  limits,
  marginMa: null,
  designLoadMa: triple(index === 0 ? 40_000 : 0),
  reservedMa: triple(0),
  meter: index === 0 ? 0 : -1,
  failSafeMa: null,
  connectors: bays,
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const rows: readonly (readonly [string, string, number, readonly number[]])[] = [
  ['row-a', 'Row A', 50, range(0, 12)],
  ['row-b', 'Row B', 63, range(12, 24)],
  ['ramp', 'Ramp', 80, range(24, 34)],
];
const circuits: readonly Circuit[] = [
  circuit(0, 'main', 'Main fuse', [fuse(160, false), contract], range(0, 34)),
  ...rows.map(([id, name, limitA, bays], i) => circuit(i + 1, id, name, [fuse(limitA, true)], bays)),
];

/** One-phase bays are spread over the phases. */
const phasesOf = (bay: number): readonly PhaseIndex[] =>
  bay % 5 === 4 ? [((bay / 5) | 0) % 3 === 0 ? 0 : ((bay / 5) | 0) % 3 === 1 ? 1 : 2] : [0, 1, 2];

const connectorSpec = (bay: number): ConnectorSpec => ({
  index: bay,
  charger: bay,
  evseId: 1,
  connectorId: 1,
  name: `Bay ${bay + 1}`,
  path: [bay < 12 ? 1 : bay < 24 ? 2 : 3, 0],
  phases: phasesOf(bay),
  minMa: 6000,
  maxMa: bay < 24 ? 16_000 : 32_000,
  fallbackMa: 6000,
  dc: null,
});

const identity = (bay: number) => `CP${String(bay + 1).padStart(2, '0')}`;

export const garage: Topology = {
  siteName: 'Harbour Street garage',
  supplyPhases: 3,
  nominalV: 230,
  circuits,
  chargers: range(0, 34).map(bay => ({
    index: bay,
    identity: identity(bay),
    name: `Bay ${bay + 1}`,
    connectors: [bay],
    traits: PROVEN,
  })),
  connectors: range(0, 34).map(connectorSpec),
  meters: [{ index: 0, id: 'grid', role: 'guard', circuit: 0, intervalMs: 1000, signed: true }],
  leaseTtlMs: 300_000,
  limitSources: ['ems', 'cap'],
};

const charger: Charger = {
  link: 'online',
  generation: 1,
  linkSinceMs: 1000,
  booted: true,
  traits: PROVEN,
  vendor: 'Voltwerk',
  model: 'Pillar 11',
  firmware: '1.4.2',
  ocppVersion: 'ocpp1.6',
  lastHeardMs: NOW_MS - 4000,
  callSinceMs: null,
  timeouts: 0,
  askedAtMs: 0,
  setup: { ...NOTHING_DONE, readBack: 'agrees' },
  switchedOff: false,
  skew: UNKNOWN_SKEW,
};

type Bay = Pick<Connector, 'status'> & {
  readonly targetMa: number;
  readonly grantMa: number;
  readonly drawMa: number;
  readonly reason: Reason;
  readonly control?: GateConnector['control'];
  readonly errorCode?: string;
};

const reason = (source: Reason['source'], id: string, row: Reason['row'], text: string): Reason => ({
  source,
  id,
  row,
  text,
});
/** About something else than the contract, which leaves no room for it. */
const underContract = (source: 'minimum' | 'transit'): Reason => ({
  ...reason(source, 'main', 3, ''),
  limit: 'contract',
});
const free: Bay = {
  status: 'Available',
  targetMa: 0,
  grantMa: 6000,
  drawMa: 0,
  reason: reason('fallback', 'CP01', null, 'nobody asks, its fallback current stands ready'),
};
const charging = (grantMa: number, why: Reason): Bay => ({
  status: 'Charging',
  targetMa: grantMa,
  grantMa,
  drawMa: grantMa - 100,
  reason: why,
});
const rowFull = charging(6800, reason('fuse', 'row-a', 1, 'Row A, L2'));
const contractFull = charging(6100, reason('contract', 'main', 3, 'contract limit of Main fuse, sum of phases'));

const CHARGING = [0, 2, 5, 8, 9, 11, 12, 15, 18, 19, 21, 25, 27, 28, 31];

/** An ordinary afternoon; `troubled` adds a charger that is offline, one that does not obey and a fault. */
export type Scene = 'calm' | 'troubled';

/** What each bay is about. */
function bayOf(bay: number, scene: Scene): Bay {
  if (bay === 2) return { ...charging(16_000, reason('charger', 'CP03', null, '')), drawMa: 7200 };
  if (bay === 6) return { ...free, status: 'SuspendedEVSE', grantMa: 0, reason: underContract('minimum') };
  if (bay === 21) return { ...contractFull, grantMa: 6000, drawMa: 5900, reason: underContract('transit') };
  if (bay === 30) return { ...free, status: 'Finishing' };
  if (scene === 'troubled') {
    if (bay === 13) return { ...free, status: 'Unknown', control: 'offline' };
    if (bay === 17) return { ...contractFull, drawMa: 15_800, control: 'uncontrolled' };
    if (bay === 22) return { ...free, status: 'Faulted', errorCode: 'GroundFailure' };
  }
  if (!CHARGING.includes(bay)) return free;
  return bay < 12 ? rowFull : contractFull;
}

const onPhases = (ma: number, bay: number): Triple => {
  const phases = phasesOf(bay);
  return [phases.includes(0) ? ma : 0, phases.includes(1) ? ma : 0, phases.includes(2) ? ma : 0];
};

/** A grant at the fallback has no end; the others are renewed one after the other. */
const lapsesAtMs = (grantMa: number, bay: number): number =>
  grantMa === 6000 ? Number.POSITIVE_INFINITY : NOW_MS + 160_000 + 4000 * bay;

function connectorOf(bay: number, scene: Scene): Connector {
  const made = bayOf(bay, scene);
  const phases = phasesOf(bay).length;
  const charging = made.status === 'Charging';
  return {
    status: made.status,
    statusAtMs: NOW_MS - 60_000,
    errorCode: made.errorCode ?? 'NoError',
    transaction: charging
      ? {
          id: 100 + bay,
          idToken: 'A1',
          startedAtMs: NOW_MS - 1_800_000,
          startedAtWallMs: NOW_WALL_MS - 1_800_000,
          meterStartWh: 10_000,
        }
      : null,
    draw:
      made.control === 'offline'
        ? { atMs: NOW_MS - 95_000, ma: [0, 0, 0], powerW: 0 }
        : {
            atMs: NOW_MS - 1000 - 300 * bay,
            ma: onPhases(made.drawMa, bay),
            powerW: (made.drawMa * 230 * phases) / 1000,
          },
    earlierDraws: [],
    registerWh: charging ? 14_200 : 10_000,
    wantsSinceMs: charging ? NOW_MS - 1_800_000 : null,
    ledger: {
      held: [
        {
          limitMa: made.grantMa,
          lapseMa: 6000,
          lapsesAtMs: lapsesAtMs(made.grantMa, bay),
          sentAtMs: NOW_MS - 40_000,
          ackedAtMs: NOW_MS - 39_900,
        },
      ],
      failures: 0,
      failedAtMs: 0,
      changedAtMs: 0,
      dip: NO_DIP,
      overSinceMs: null,
      uncontrolled: made.control === 'uncontrolled',
      obeyed: null,
      obeyedAtMs: 0,
      brokenMa: Number.POSITIVE_INFINITY,
      writes: { dayMs: 0, count: 0 },
    },
    hasBase: true,
    mask: null,
    wish: null,
    probeAtMs: null,
  };
}

const building: Quad = [9000, 14_400, 7000, 30_400];
const believed: Background = {
  heldMa: building,
  highMa: building,
  recent: [],
  suspectSinceMs: null,
  before: null,
  unclear: false,
  excessMa: [0, 0, 0, 0],
};

export const garageState = (scene: Scene = 'calm'): SiteState => ({
  topology: garage,
  startedAtMs: 0,
  commissioningUntilMs: Number.NEGATIVE_INFINITY,

  limitsOnly: null,
  tests: [],
  chargers: range(0, 34).map(() => charger),
  connectors: range(0, 34).map(bay => connectorOf(bay, scene)),
  meters: [
    {
      reading: { currentMa: [118_000, 131_000, 112_000], powerW: 76_400, voltageV: 231 },
      atMs: NOW_MS - 400,
      intervalMs: 1000,
      goodInARow: 500,
      quality: 'good',
      lastError: '',
    },
  ],
  backgrounds: [believed, null, null, null],
  outsideLimits: [],
  targets: range(0, 34).map(
    (bay): Target => ({ targetMa: bayOf(bay, scene).targetMa, reason: bayOf(bay, scene).reason }),
  ),
  loop: { passes: 12_345, lastPassAtMs: NOW_MS - 20, failedChecks: 0, blockedReductions: 0, raisesWaiting: true },
});

const connectorGate = (bay: number, scene: Scene): GateConnector => {
  const { status, control, grantMa } = bayOf(bay, scene);
  const leftMs = lapsesAtMs(grantMa, bay) - NOW_MS;
  return {
    exposureMa: onPhases(control === 'uncontrolled' ? 16_000 : status === 'Available' ? 0 : grantMa, bay),
    control: control ?? 'controlled',
    grantMa,
    leaseClass: 'A',
    leaseLeftMs: Number.isFinite(leftMs) ? leftMs : null,
    lapseMa: 6000,
    lapsedMa: 6000,
    exposureBy: bookedBy(control, status),
  };
};

function bookedBy(control: GateConnector['control'] | undefined, status: Connector['status']) {
  if (control === 'uncontrolled') return 'uncontrolled';
  if (control === 'offline') return 'offline-lease';
  return status === 'Available' ? 'idle' : 'grant';
}

/** Adds up what the cars of a circuit draw, and lays the building under the main one. */
function circuitGate(node: Circuit, scene: Scene): GateCircuit {
  const sum = (read: (bay: number) => Triple): Triple =>
    node.connectors.map(read).reduce<Triple>((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);
  const evMa = sum(bay => onPhases(bayOf(bay, scene).drawMa, bay));
  const exposureMa = sum(bay => connectorGate(bay, scene).exposureMa);
  const main = node.index === 0;
  const backgroundMa: Triple = main ? [9000, 14_400, 7000] : [0, 0, 0];
  const limitMa = node.limits[0]?.limitMa ?? triple(NO_LIMIT_MA);
  const marginMa = main ? 3200 : 0;
  const on = (p: 0 | 1 | 2) => (limitMa[p] ?? 0) - marginMa - backgroundMa[p] - exposureMa[p];
  const loadMa: Triple = [evMa[0] + backgroundMa[0], evMa[1] + backgroundMa[1], evMa[2] + backgroundMa[2]];
  const wattsOf = (ma: Triple) => Math.round(((ma[0] + ma[1] + ma[2]) * 230) / 1000);
  const loadW = wattsOf(loadMa);
  return {
    limitMa,
    hardLimitMa: limitMa,
    limitW: main ? 80_000 : null,
    loadMa,
    loadW,
    loadSource: main ? 'meter' : 'sum',
    headroomMa: [on(0), on(1), on(2)],
    headroomW: main ? 80_000 - 2000 - wattsOf(backgroundMa) - wattsOf(exposureMa) : null,
    backgroundMa,
    evMa,
  };
}

export const garageGate = (scene: Scene = 'calm'): GateView => ({
  connectors: range(0, 34).map(bay => connectorGate(bay, scene)),
  circuits: garage.circuits.map(node => circuitGate(node, scene)),
});
