/**
 * A site at rest for benchmarks of the court: every fact goes in through `reduce`, as in a gateway. A main
 * fuse with a building, a contract and a guard meter, panels of a hundred bays, rows of ten; cars of one and
 * three phases draw what they were granted, up to what they can take.
 */
import { type PhaseIndex, type Triple, triple } from '#base/units.ts';
import type { SiteEvent } from '#site/event.ts';
import type { PassResult } from '#site/gate/decision.ts';
import { initialState } from '#site/initial.ts';
import { pass } from '#site/pass.ts';
import { reduce } from '#site/reduce.ts';
import type { Report } from '#site/report.ts';
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import type { Circuit, ConnectorSpec, FixedLimit, Topology } from '#site/topology.ts';
import { PROVEN } from '../site/site.ts';
import { type Random, randomFrom } from './sites.ts';

const NOMINAL_V = 230;
const PER_ROW = 10;
const ROWS_PER_PANEL = 10;
/** What the supply gives per bay and phase, and what the building takes of it. */
const SUPPLY_MA = 12_000;
const BUILDING_MA = 3_000;
const ONE_PHASE_SHARE = 0.35;
const CHARGING_SHARE = 0.75;
/** Chargers report this often; a reading of the guard meter and a turn of one in so many bays come each tick. */
const SAMPLE_MS = 10_000;
const TICK_MS = 1_000;
const WALL_MS = Date.UTC(2026, 0, 1);
/** Enough for every raise to be made and believed; ten thousand cars are given less, for each sample is judged against all. */
const SETTLE_TICKS = 150;
const SETTLE_TICKS_MANY = 45;
const MANY = 10_000;

const ROTATIONS: readonly (readonly PhaseIndex[])[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

export class SettledSite {
  state: SiteState;
  atMs = 0;
  private readonly random: Random;
  /** What the car at each bay can take, mA per phase; 0 where none stands. */
  private readonly carMa: number[];
  private ticks = 0;

  constructor(connectors: number, seed: number) {
    this.random = randomFrom(seed);
    this.state = initialState(topologyOf(connectors, this.random), 0);
    this.carMa = this.specs.map(() => 0);
    for (const spec of this.specs) this.arrive(spec);
    const settling = connectors >= MANY ? SETTLE_TICKS_MANY : SETTLE_TICKS;
    for (let tick = 0; tick < settling; tick++) {
      this.tick();
      this.apply(pass(this.state, this.atMs));
    }
  }

  /** One second: the meter reads, and the bays whose turn it is report their draw. */
  tick(): void {
    this.atMs += TICK_MS;
    const every = SAMPLE_MS / TICK_MS;
    const turn = this.ticks++ % every;
    for (const spec of this.specs) if (spec.index % every === turn) this.sample(spec);
    const ma: [number, number, number] = [0, 0, 0];
    for (const spec of this.specs) for (const phase of spec.phases) ma[phase] += this.drawMa(spec);
    const currentMa: Triple = [ma[0] + this.buildingMa(), ma[1] + this.buildingMa(), ma[2] + this.buildingMa()];
    const powerW = ((currentMa[0] + currentMa[1] + currentMa[2]) / 1000) * NOMINAL_V;
    this.feed({
      type: 'meter-sampled',
      meter: 0,
      reading: { currentMa, powerW, voltageV: NOMINAL_V },
      atMs: this.atMs,
    });
  }

  /** A car comes or goes somewhere. */
  changeDemand(): void {
    const spec = this.random.pick(this.specs);
    if (this.carMa[spec.index] === 0) this.plug(spec);
    else this.unplug(spec);
  }

  /** What the loop does with a pass; every command is acknowledged at once. */
  apply(result: PassResult): void {
    const { atMs } = this;
    this.feed({ type: 'passed', result, atMs });
    this.feed({ type: 'commands-sent', commands: result.commands, atMs });
    for (const command of result.commands) {
      const generation = this.state.chargers[command.charger]!.generation;
      this.feed({
        type: 'command-settled',
        command,
        generation,
        outcome: { ok: true },
        atMs,
        atChargerMs: WALL_MS + atMs,
      });
      if (command.type === 'ask-sample') this.sample(this.specs[command.connector]!);
    }
  }

  private get specs(): readonly ConnectorSpec[] {
    return this.state.topology.connectors;
  }

  private buildingMa(): number {
    return this.specs.length * BUILDING_MA;
  }

  private drawMa(spec: ConnectorSpec): number {
    const { held } = this.state.connectors[spec.index]!.ledger;
    return Math.min(this.carMa[spec.index]!, held[held.length - 1]!.limitMa);
  }

  private arrive(spec: ConnectorSpec): void {
    const { charger } = spec;
    this.feed({ type: 'charger-connected', charger, generation: 1, ocppVersion: '1.6', atMs: this.atMs });
    this.report(spec, { kind: 'boot', vendor: 'V', model: 'M', serial: '', firmware: '1' });
    this.status(spec, 'Available');
    if (this.random.next() < CHARGING_SHARE) this.plug(spec);
  }

  private plug(spec: ConnectorSpec): void {
    this.carMa[spec.index] = this.random.pick([10_000, 16_000, 16_000, 32_000]);
    const { connectorId } = spec;
    const start = { kind: 'transaction-started', connectorId, idToken: 'TAG', meterStartWh: 0 } as const;
    this.report(spec, { ...start, atWallMs: WALL_MS + this.atMs, reservationId: null });
    this.status(spec, 'Charging');
  }

  private unplug(spec: ConnectorSpec): void {
    this.carMa[spec.index] = 0;
    this.status(spec, 'Available');
  }

  private status(spec: ConnectorSpec, status: ConnectorStatus): void {
    const { connectorId } = spec;
    this.report(spec, {
      kind: 'connector-status',
      connectorId,
      status,
      errorCode: 'NoError',
      info: '',
      atWallMs: null,
    });
  }

  private sample(spec: ConnectorSpec): void {
    const amps = this.drawMa(spec) / 1000;
    const values = (['L1', 'L2', 'L3'] as const).slice(0, spec.phases.length).map(phase => ({
      measurand: 'Current.Import' as const,
      phase,
      value: amps,
      location: 'Outlet',
    }));
    const samples = [{ atWallMs: WALL_MS + this.atMs, context: 'Sample.Periodic', values }];
    this.report(spec, { kind: 'meter-values', connectorId: spec.connectorId, transactionId: 1, samples });
  }

  private report(spec: ConnectorSpec, report: Report): void {
    const { atMs } = this;
    const freshId = spec.index + 1;
    const time = { atMs, atWallMs: WALL_MS + atMs, atChargerMs: WALL_MS + atMs };
    this.feed({ type: 'charger-reported', charger: spec.charger, report, ...time, freshId, traits: PROVEN });
  }

  private feed(event: SiteEvent): void {
    this.state = reduce(this.state, event);
  }
}

function topologyOf(connectors: number, random: Random): Topology {
  const rows = Math.ceil(connectors / PER_ROW);
  const panels = Math.ceil(rows / ROWS_PER_PANEL);
  const panelOf = (row: number) => 1 + Math.floor(row / ROWS_PER_PANEL);
  const rowOf = (bay: number) => 1 + panels + Math.floor(bay / PER_ROW);
  const specs = Array.from({ length: connectors }, (_, bay) =>
    bayOf(bay, [rowOf(bay), panelOf(Math.floor(bay / PER_ROW)), 0], random),
  );
  const main = mainOf(connectors);
  const boards = Array.from({ length: panels }, (_, k) => feederOf(1 + k, 0, PER_ROW * ROWS_PER_PANEL, random));
  const feeders = Array.from({ length: rows }, (_, k) => feederOf(1 + panels + k, panelOf(k), PER_ROW, random));
  const circuits = [main, ...boards, ...feeders];
  return {
    siteName: 'bench',
    supplyPhases: 3,
    nominalV: NOMINAL_V,
    circuits: circuits.map(circuit => ({
      ...circuit,
      children: circuits.filter(other => other.parent === circuit.index).map(other => other.index),
      connectors: specs.filter(spec => spec.path.includes(circuit.index)).map(spec => spec.index),
    })),
    chargers: specs.map(({ index }) => ({
      index,
      identity: `CP${index}`,
      name: `Bay ${index}`,
      connectors: [index],
      traits: PROVEN,
    })),
    connectors: specs,
    meters: [{ index: 0, id: 'grid', role: 'guard', circuit: 0, intervalMs: TICK_MS, signed: true }],
    leaseTtlMs: 300_000,
    limitSources: ['ems'],
  };
}

const bayOf = (index: number, path: readonly number[], random: Random): ConnectorSpec => ({
  index,
  charger: index,
  evseId: 1,
  connectorId: 1,
  name: `Bay ${index}`,
  path,
  phases: random.next() < ONE_PHASE_SHARE ? [random.int(3) as PhaseIndex] : random.pick(ROTATIONS),
  minMa: 6_000,
  maxMa: random.pick([16_000, 32_000]),
  fallbackMa: 0,
  dc: null,
});

function mainOf(connectors: number): Circuit {
  const fuse: FixedLimit = {
    source: 'fuse',
    kind: 'hard',
    limitMa: triple(connectors * SUPPLY_MA),
    limitW: null,
    evOnly: false,
  };
  const contractW = Math.round(((connectors * SUPPLY_MA) / 1000) * 3 * NOMINAL_V * 0.9);
  return {
    ...node(0, -1),
    limits: [fuse, { ...fuse, source: 'contract', kind: 'live', limitMa: triple(1e9), limitW: contractW }],
    designLoadMa: triple(connectors * BUILDING_MA * 2),
    meter: 0,
  };
}

/** A board for cars only, at half to all of what its bays could draw. */
const feederOf = (index: number, parent: number, bays: number, random: Random): Circuit => ({
  ...node(index, parent),
  limits: [
    {
      source: 'fuse',
      kind: 'hard',
      limitMa: triple(Math.round(bays * 14_000 * (0.5 + random.next() / 2))),
      limitW: null,
      evOnly: true,
    },
  ],
});

const node = (index: number, parent: number): Circuit => ({
  index,
  id: `node-${index}`,
  name: `Node ${index}`,
  parent,
  children: [],
  limits: [],
  marginMa: null,
  designLoadMa: triple(0),
  reservedMa: triple(0),
  meter: -1,
  failSafeMa: null,
  connectors: [],
});
