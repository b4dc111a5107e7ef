/** A small site on a desk, for stories about the court: facts go in by hand, commands come out. */
import { type PhaseIndex, type Triple, toMa, triple } from '#base/units.ts';
import type { SiteEvent } from '#site/event.ts';
import type { GateCommand, PassResult } from '#site/gate/decision.ts';
import { initialState } from '#site/initial.ts';
import { pass } from '#site/pass.ts';
import { reduce } from '#site/reduce.ts';
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import type { ChargerTraits, Circuit, FixedLimit, Topology } from '#site/topology.ts';

export const PROVEN: ChargerTraits = {
  profileId: 'test',
  leaseClass: 'A',
  reactionMs: 10_000,
  believeMs: 60_000,
  stepMa: 100,
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

export type Bay = {
  readonly phases?: readonly PhaseIndex[];
  readonly maxA?: number;
  readonly fallbackA?: number;
  readonly traits?: Partial<ChargerTraits>;
};

export type SiteOptions = {
  readonly limits?: readonly (Partial<FixedLimit> & { readonly limitA?: number })[];
  readonly designLoadA?: number;
  readonly metered?: boolean;
  readonly failSafeA?: number;
  readonly ttlMs?: number;
  /** The installer is on site: what is not proven counts at its fallback while it is connected. */
  readonly commissioning?: boolean;
  readonly bays: readonly Bay[];
};

/** One main circuit, one connector a bay, each charger on its own. */
export function topologyOf(options: SiteOptions): Topology {
  const limits = options.limits ?? [{ limitA: 63 }];
  const main: Circuit = {
    index: 0,
    id: 'main',
    name: 'Main fuse',
    parent: -1,
    children: [],
    limits: limits.map(limit => ({
      source: 'fuse',
      kind: 'hard',
      limitMa: triple(limit.limitA === undefined ? 1e9 : toMa(limit.limitA)),
      limitW: null,
      evOnly: false,
      ...limit,
    })),
    marginMa: null,
    designLoadMa: triple(toMa(options.designLoadA ?? 0)),
    reservedMa: triple(0),
    meter: options.metered === false ? -1 : 0,
    failSafeMa: options.failSafeA === undefined ? null : triple(toMa(options.failSafeA)),
    connectors: options.bays.map((_, i) => i),
  };
  return {
    siteName: 'test',
    supplyPhases: 3,
    nominalV: 230,
    circuits: [main],
    chargers: options.bays.map((bay, index) => ({
      index,
      identity: `CP${index + 1}`,
      name: `Bay ${index + 1}`,
      connectors: [index],
      traits: { ...PROVEN, ...bay.traits },
    })),
    connectors: options.bays.map((bay, index) => ({
      index,
      charger: index,
      evseId: 1,
      connectorId: 1,
      name: `Bay ${index + 1}`,
      path: [0],
      phases: bay.phases ?? [0, 1, 2],
      minMa: 6_000,
      maxMa: toMa(bay.maxA ?? 32),
      fallbackMa: toMa(bay.fallbackA ?? 0),
      dc: null,
    })),
    meters:
      options.metered === false
        ? []
        : [{ index: 0, id: 'grid', role: 'guard', circuit: 0, intervalMs: 1_000, signed: true }],
    limitSources: ['ems', 'cap'],
    leaseTtlMs: options.ttlMs ?? 300_000,
  };
}

const WALL_MS = 1_800_000_000_000;

/** The court at a desk: time moves only by hand, commands are settled only when the story says so. */
export class Desk {
  state: SiteState;
  atMs = 0;
  /** Every set-limit of all passes, in order. */
  readonly sent: Extract<GateCommand, { type: 'set-limit' }>[] = [];
  readonly asked: number[] = [];
  last: PassResult | null = null;

  constructor(options: SiteOptions) {
    this.state = initialState(topologyOf(options), 0);
    if (options.commissioning) this.feed({ type: 'commissioning', untilMs: Number.POSITIVE_INFINITY, atMs: 0 });
  }

  feed(event: SiteEvent): void {
    this.state = reduce(this.state, event);
  }

  pass(): PassResult {
    const result = pass(this.state, this.atMs);
    this.feed({ type: 'passed', result, atMs: this.atMs });
    this.feed({ type: 'commands-sent', commands: result.commands, atMs: this.atMs });
    for (const command of result.commands) {
      if (command.type === 'set-limit') this.sent.push(command);
      else this.asked.push(command.connector);
    }
    this.last = result;
    return result;
  }

  /** Linked, booted and set up. */
  connect(bay: number): void {
    this.contact(bay);
    this.setUp(bay);
  }

  contact(bay: number): void {
    const generation = (this.state.chargers[bay]?.generation ?? 0) + 1;
    this.feed({ type: 'charger-connected', charger: bay, generation, ocppVersion: '1.6', atMs: this.atMs });
    const report = { kind: 'boot', vendor: 'V', model: 'M', serial: '', firmware: '1' } as const;
    this.#report(bay, report);
  }

  /** Every step of set-up answered as a polite charger does; the hold is left to the gate. */
  setUp(bay: number): void {
    for (const step of this.state.chargers[bay]?.setup.todo ?? []) {
      if (step.kind === 'hold') continue;
      const said =
        step.kind === 'read-back'
          ? { kind: 'composite' as const, highestMa: 0, startWallMs: WALL_MS + this.atMs }
          : undefined;
      const round = this.state.chargers[bay]?.setup.round ?? 0;
      const command = { type: 'set-up', connector: bay, charger: bay, step, round } as const;
      const generation = this.state.chargers[bay]?.generation ?? 0;
      const outcome = said === undefined ? ({ ok: true } as const) : ({ ok: true, said } as const);
      this.feed({
        type: 'command-settled',
        command,
        generation,
        outcome,
        atMs: this.atMs,
        atChargerMs: WALL_MS + this.atMs,
      });
    }
  }

  lose(bay: number): void {
    const generation = this.state.chargers[bay]?.generation ?? 0;
    this.feed({ type: 'charger-lost', charger: bay, generation, detail: 'cut', atMs: this.atMs });
  }

  status(bay: number, status: ConnectorStatus): void {
    this.#report(bay, {
      kind: 'connector-status',
      connectorId: 1,
      status,
      errorCode: 'NoError',
      info: '',
      atWallMs: null,
    });
  }

  start(bay: number): void {
    this.#report(
      bay,
      {
        kind: 'transaction-started',
        connectorId: 1,
        idToken: 'TAG',
        meterStartWh: 0,
        atWallMs: WALL_MS + this.atMs,
        reservationId: null,
      },
      bay + 1,
    );
    this.status(bay, 'Charging');
  }

  /** A sample taken `ageMs` ago, arriving now. */
  draws(bay: number, amps: number | Triple, ageMs = 0): void {
    const own = typeof amps === 'number' ? [amps, amps, amps] : amps;
    const values = (['L1', 'L2', 'L3'] as const).map((phase, i) => ({
      measurand: 'Current.Import' as const,
      phase,
      value: own[i] ?? 0,
      location: 'Outlet',
    }));
    const phases = this.state.topology.connectors[bay]?.phases.length ?? 3;
    const sample = {
      atWallMs: WALL_MS + this.atMs - ageMs,
      context: 'Sample.Periodic',
      values: values.slice(0, phases),
    };
    this.#report(bay, { kind: 'meter-values', connectorId: 1, transactionId: bay + 1, samples: [sample] });
  }

  /** The guard meter reads these currents. */
  meter(amps: number | Triple): void {
    const currentMa = typeof amps === 'number' ? triple(toMa(amps)) : (amps.map(toMa) as unknown as Triple);
    const powerW = ((currentMa[0] + currentMa[1] + currentMa[2]) / 1000) * 230;
    this.feed({ type: 'meter-sampled', meter: 0, reading: { currentMa, powerW, voltageV: 230 }, atMs: this.atMs });
  }

  settle(
    command: GateCommand,
    outcome: { ok: true } | { ok: false; why: 'rejected' | 'timeout' } = { ok: true },
  ): void {
    const generation = this.state.chargers[command.charger]?.generation ?? 0;
    this.feed({
      type: 'command-settled',
      command,
      generation,
      outcome,
      atMs: this.atMs,
      atChargerMs: WALL_MS + this.atMs,
    });
  }

  settleAll(commands: readonly GateCommand[]): void {
    for (const command of commands) if (command.type === 'set-limit') this.settle(command);
  }

  /** As `settleAll`; a charger that is asked for a sample shows its grant. */
  settleAndAnswer(commands: readonly GateCommand[], drawA = (bay: number) => this.limitsA()[bay] ?? 0): void {
    this.settleAll(commands);
    for (const { type, connector } of commands) {
      if (type === 'ask-sample') this.draws(connector, drawA(connector));
    }
  }

  /** Latest limit sent to each bay, in A; null where none was. */
  limitsA(): (number | null)[] {
    return this.state.connectors.map((_, bay) => {
      const found = this.sent.filter(command => command.connector === bay).at(-1);
      return found === undefined ? null : found.limitMa / 1000;
    });
  }

  #report(bay: number, report: Extract<SiteEvent, { type: 'charger-reported' }>['report'], freshId = 0): void {
    const traits = this.state.topology.chargers[bay]?.traits ?? null;
    this.feed({
      type: 'charger-reported',
      charger: bay,
      report,
      atMs: this.atMs,
      atWallMs: WALL_MS + this.atMs,
      atChargerMs: WALL_MS + this.atMs,
      freshId,
      traits,
    });
  }
}

/** A desk with a building at `buildingA`, a fresh meter and every bay charging at its settled grant. */
export function settledDesk(options: SiteOptions, buildingA: number): Desk {
  const desk = new Desk(options);
  options.bays.forEach((_, bay) => {
    desk.connect(bay);
    desk.status(bay, 'Available');
  });
  for (let second = 0; second < 120; second++) {
    desk.atMs = second * 1000;
    if (second === 6) for (const bay of options.bays.keys()) desk.start(bay);
    const grants = desk.limitsA().map(limit => (second >= 6 ? (limit ?? 0) : 0));
    if (second % 10 === 0 && second > 6) for (const [bay, limit] of grants.entries()) desk.draws(bay, limit);
    const load: [number, number, number] = [buildingA, buildingA, buildingA];
    grants.forEach((limit, bay) => {
      for (const phase of desk.state.topology.connectors[bay]?.phases ?? []) load[phase] += limit;
    });
    desk.meter(load);
    desk.settleAndAnswer(desk.pass().commands);
  }
  return desk;
}
