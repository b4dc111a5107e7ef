/**
 * The observer: sees only the world's truth (currents, background, the schedules that chargers hold,
 * what is on the wires to them, which meter answers arrived) and keeps the account of the contract.
 * Event-driven: between two changes nothing needs to be looked at.
 */
import { at } from '#base/assert.ts';
import type { PhaseIndex } from '#base/units.ts';
import { applied, type HeldConnector, type Holdings, levelMa, stackChange } from './holdings.ts';
import { Bucket } from './intervals.ts';
import { type Excuses, OverAccount, type Row, rowsOf, type SimLimit, type Violation } from './over-account.ts';
import type { WireTap } from './pipe.ts';
import type { Truth } from './truth.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the observer is told of a circuit beside the tree of `Truth`. */
export type ObservedCircuit = {
  readonly limits: readonly SimLimit[];
  readonly marginMa: number;
  /** Interval of its guard meter; null without one. */
  readonly guardIntervalMs: number | null;
};

/** One socket: where it hangs, and what the world can tell of it. */
export type ObservedConnector = HeldConnector & {
  readonly holdings: Holdings;
  readonly circuit: number;
  /** Grid phases of the car on it, null without a car. */
  carPhases(): readonly PhaseIndex[] | null;
  drawMa(): number;
};

/** The causes that the contract counts apart. */
export type BrokenCause = 'gateway' | 'link' | 'class' | 'limit' | 'meter';
const CAUSES: readonly BrokenCause[] = ['gateway', 'link', 'class', 'limit', 'meter'];

export type Account = {
  readonly overLimitMs: number;
  readonly exogenousOverMs: number;
  readonly worstExogenousOverA: number;
  /** Time above a limit that a broken assumption excuses. */
  readonly brokenOverMs: number;
  /** Time in which an assumption was broken, whether or not anything exceeded. */
  readonly brokenAssumptionMs: number;
  readonly brokenBuckets: Readonly<Record<BrokenCause, number>>;
  readonly afterDeathOverMs: number;
  readonly grantChanges: number;
  readonly wantingCarMs: number;
  readonly violations: readonly Violation[];
};

/** Contract: a grace window lasts the guard meter's interval and this. */
const GRACE_MS = 10_000;
/** After a link carries again: 2 s for the command (A5) and 10 s for the car (A3), while something is still above. */
const RECOVERY_MS = 12_000;

/** A silent guard meter sends the cars to the fail-safe limit after 10 s (rule 16); then as `RECOVERY_MS`. */
const SILENCE_MS = 10_000 + RECOVERY_MS;

/** Per circuit: the windows, and the sample the gateway acts on. */
type Watch = {
  readonly rows: readonly Row[];
  readonly connectors: ObservedConnector[];
  readonly graceUntilMs: [number, number, number];
  meterUntilMs: number;
  /** Background at the newest delivered sample, and what a further rise is measured from. */
  readonly sampleMa: [number, number, number];
  readonly referenceMa: [number, number, number];
  readonly openedAtMs: [number, number, number];
  sampledAtMs: number;
  missedSinceMs: number | null;
  brokenHolders: number;
};

export class Observer {
  private readonly clock: VirtualClock;
  private readonly truth: Truth;
  private readonly circuits: readonly ObservedCircuit[];
  private readonly watches: Watch[];
  private readonly account: OverAccount;
  private readonly buckets = new Map(CAUSES.map(cause => [cause, new Bucket()]));
  private readonly anyBroken = new Bucket();
  private readonly nominalV: number;
  private lapsedAtMs = Number.POSITIVE_INFINITY;
  private grantChanges = 0;
  private wantingMs = 0;

  constructor(clock: VirtualClock, truth: Truth, circuits: readonly ObservedCircuit[], nominalV: number) {
    this.clock = clock;
    this.truth = truth;
    this.circuits = circuits;
    this.nominalV = nominalV;
    this.account = new OverAccount(truth.circuits.map(circuit => circuit.id));
    this.watches = circuits.map((circuit, index) => newWatch(rowsOf(index, circuit.limits, nominalV)));
    truth.listen({ afterChange: (circuit, background) => this.changed(circuit, background) });
  }

  addConnector(connector: ObservedConnector): void {
    for (const c of this.truth.path(connector.circuit)) at(this.watches, c).connectors.push(connector);
  }

  // --- physics

  private changed(circuit: number, background: boolean): void {
    const watch = at(this.watches, circuit);
    if (background) {
      this.settle(circuit);
      this.openGrace(circuit, watch);
    }
    this.measure(circuit, watch);
  }

  /** Closes every running stretch of a circuit at this instant, under the excuses in force until now. */
  private settle(circuit: number): void {
    const watch = at(this.watches, circuit);
    const nowMs = this.clock.nowMs();
    for (const row of watch.rows) this.close(row, watch, nowMs);
  }

  private close(row: Row, watch: Watch, nowMs: number): void {
    if (row.excessMa > 0) this.account.stretch(row, nowMs, this.excuses(row, watch));
    row.sinceMs = nowMs;
  }

  private measure(circuit: number, watch: Watch): void {
    const cars = this.truth.cars(circuit);
    const building = this.truth.background(circuit);
    const nowMs = this.clock.nowMs();
    for (const row of watch.rows) {
      const flowing = row.evOnly ? onLine(cars, row.line) : onLine(cars, row.line) + onLine(building, row.line);
      const excessMa = Math.max(0, flowing - row.limitMa);
      if (excessMa !== row.excessMa) {
        this.close(row, watch, nowMs);
        row.excessMa = excessMa;
      }
      if (row.raised && this.obeyableExcessMa(row, watch, building) <= 0) this.account.endRaise(row, nowMs);
    }
  }

  private excuses(row: Row, watch: Watch): Excuses {
    const [l1, l2, l3] = watch.graceUntilMs;
    const graceUntilMs = row.line === 3 ? Math.max(l1, l2, l3) : at(watch.graceUntilMs, row.line);
    const owed = watch.missedSinceMs;
    const hidden = owed !== null && Math.max(...watch.openedAtMs) > watch.sampledAtMs;
    return {
      graceUntilMs,
      meterUntilMs: hidden ? owed + SILENCE_MS : watch.meterUntilMs,
      broken: watch.brokenHolders > 0,
      lapsedAtMs: this.lapsedAtMs,
    };
  }

  // --- grace windows

  /** A rise by more than the margin since the last delivered sample opens a window; the same rise does not renew it. */
  private openGrace(circuit: number, watch: Watch): void {
    const { guardIntervalMs, marginMa } = at(this.circuits, circuit);
    if (guardIntervalMs === null) return;
    const building = this.truth.background(circuit);
    const nowMs = this.clock.nowMs();
    for (const p of [0, 1, 2] as const) {
      if (building[p] <= watch.referenceMa[p] + marginMa) continue;
      watch.graceUntilMs[p] = nowMs + guardIntervalMs + GRACE_MS;
      watch.referenceMa[p] = building[p];
      watch.openedAtMs[p] = nowMs;
    }
  }

  /**
   * An answer of the guard meter reached the gateway.
   * @param sampledAtMs when it was measured
   * @param backgroundMa the true background at that instant
   */
  meterDelivered(circuit: number, sampledAtMs: number, backgroundMa: readonly [number, number, number]): void {
    const watch = at(this.watches, circuit);
    if (watch.missedSinceMs !== null) this.meterBack(circuit, watch, watch.missedSinceMs);
    watch.sampledAtMs = sampledAtMs;
    for (const p of [0, 1, 2] as const) {
      watch.sampleMa[p] = backgroundMa[p];
      const unseen = watch.openedAtMs[p] > sampledAtMs;
      watch.referenceMa[p] = unseen ? Math.max(watch.referenceMa[p], backgroundMa[p]) : backgroundMa[p];
    }
  }

  /** The guard meter owes an answer: assumption A4 is broken until the next one. */
  meterMissed(circuit: number): void {
    const watch = at(this.watches, circuit);
    if (watch.missedSinceMs !== null) return;
    watch.missedSinceMs = this.clock.nowMs();
    this.enter('meter', []);
  }

  /** A step that the missed answers hid has so much longer to be met. */
  private meterBack(circuit: number, watch: Watch, missedSinceMs: number): void {
    const nowMs = this.clock.nowMs();
    this.settle(circuit);
    if (Math.max(...watch.openedAtMs) > watch.sampledAtMs)
      watch.meterUntilMs = Math.max(...watch.graceUntilMs) + nowMs - missedSinceMs;
    watch.missedSinceMs = null;
    this.leave('meter', []);
  }

  /** The limits of a circuit were replaced by lower ones from outside: opens a window on every row of it. */
  limitLowered(circuit: number, limits: readonly SimLimit[]): void {
    this.settle(circuit);
    const old = at(this.watches, circuit);
    const nowMs = this.clock.nowMs();
    for (const row of old.rows) this.account.endRaise(row, nowMs);
    const untilMs = nowMs + (at(this.circuits, circuit).guardIntervalMs ?? 0) + GRACE_MS;
    const watch: Watch = {
      ...old,
      rows: rowsOf(circuit, limits, this.nominalV),
      graceUntilMs: [untilMs, untilMs, untilMs],
    };
    for (const row of watch.rows) row.sinceMs = nowMs;
    this.watches[circuit] = watch;
    this.measure(circuit, watch);
  }

  // --- broken assumptions

  /** An assumption is broken for the circuits on this path, until `leave`. */
  enter(cause: BrokenCause, path: readonly number[]): void {
    const nowMs = this.clock.nowMs();
    for (const c of path) this.settle(c);
    for (const c of path) at(this.watches, c).brokenHolders++;
    this.buckets.get(cause)?.enter(nowMs);
    this.anyBroken.enter(nowMs);
  }

  leave(cause: BrokenCause, path: readonly number[]): void {
    const nowMs = this.clock.nowMs();
    for (const c of path) this.settle(c);
    for (const c of path) at(this.watches, c).brokenHolders--;
    this.buckets.get(cause)?.leave(nowMs);
    this.anyBroken.leave(nowMs);
  }

  /** As `leave`, but what is above a limit now gets the time a command and a car need. */
  leaveRecovering(cause: BrokenCause, path: readonly number[]): void {
    const above = path.some(c => at(this.watches, c).rows.some(row => row.excessMa > 0));
    if (!above) this.leave(cause, path);
    else this.clock.after('recovery', RECOVERY_MS, () => this.leave(cause, path));
  }

  /** The gateway was killed for good; its longest lease lapses so much later. */
  gatewayDied(longestLeaseMs: number): void {
    this.lapsedAtMs = this.clock.nowMs() + longestLeaseMs;
    this.enter(
      'gateway',
      this.circuits.map((_, c) => c),
    );
  }

  // --- wires

  /** What to hang on a charger's link. `connectors`: those of that charger. */
  tap(connectors: readonly ObservedConnector[], holdings: Holdings): Pick<WireTap, 'sent' | 'delivered' | 'lost'> {
    let levels: readonly number[] = [];
    return {
      sent: frame => {
        const change = stackChange(frame);
        if (!change) return;
        const next = applied(holdings.stacks().at(-1) ?? [], change);
        const raised = connectors.filter(
          connector => levelMa(holdings.station, next, connector) > holdings.highestMa(connector),
        );
        levels = connectors.map(connector => levelMa(holdings.station, holdings.station.stack(), connector));
        holdings.sent(change);
        for (const connector of raised) this.judgeRaise(connector);
      },
      delivered: frame => {
        if (!holdings.delivered(frame)) return;
        connectors.forEach((connector, index) => {
          const changed = levelMa(holdings.station, holdings.station.stack(), connector) !== levels[index];
          if (changed && connector.carPhases()) this.grantChanges++;
        });
        for (const connector of connectors) this.recheck(connector);
      },
      lost: () => {
        holdings.lost();
        for (const connector of connectors) this.recheck(connector);
      },
    };
  }

  /** A car came or left: what may be obeyed changed without any frame. */
  recheck(connector: ObservedConnector): void {
    for (const c of this.truth.path(connector.circuit)) this.measure(c, at(this.watches, c));
  }

  wantedFor(ms: number): void {
    this.wantingMs += ms;
  }

  /** A raise is on the wire. It must fit what may be obeyed and the background that the gateway could know. */
  private judgeRaise(connector: ObservedConnector): void {
    const phases = connector.carPhases();
    if (!phases || this.buckets.get('class')?.active()) return;
    for (const c of this.truth.path(connector.circuit)) {
      const watch = at(this.watches, c);
      const known = this.knownBackground(c, watch);
      for (const row of watch.rows) {
        if (row.raised || (row.line !== 3 && !phases.includes(row.line))) continue;
        const excessMa = this.obeyableExcessMa(row, watch, known);
        if (excessMa <= 0) continue;
        row.raised = true;
        row.raisedSinceMs = this.clock.nowMs();
        row.raisedByMa = excessMa;
      }
    }
  }

  /** What a sample and the margin cover: a later, larger rise is not the raise's fault. */
  private knownBackground(circuit: number, watch: Watch): readonly [number, number, number] {
    const building = this.truth.background(circuit);
    const { guardIntervalMs, marginMa } = at(this.circuits, circuit);
    if (guardIntervalMs === null) return building;
    const one = (p: PhaseIndex) => Math.min(building[p], watch.sampleMa[p] + marginMa);
    return [one(0), one(1), one(2)];
  }

  private obeyableExcessMa(row: Row, watch: Watch, building: readonly [number, number, number]): number {
    let sum = row.evOnly ? 0 : onLine(building, row.line);
    for (const connector of watch.connectors) {
      const phases = connector.carPhases();
      if (!phases) continue;
      const times = row.line === 3 ? phases.length : phases.includes(row.line) ? 1 : 0;
      if (times > 0) sum += times * Math.max(connector.drawMa(), connector.holdings.highestMa(connector));
    }
    return sum - row.limitMa;
  }

  // --- the end

  /** Settles everything at this instant and answers the account. */
  finish(): Account {
    const nowMs = this.clock.nowMs();
    this.watches.forEach((watch, circuit) => {
      this.settle(circuit);
      for (const row of watch.rows) this.account.endRaise(row, nowMs);
    });
    const ms = (cause: BrokenCause) => Math.round(this.buckets.get(cause)?.ms(nowMs) ?? 0);
    return {
      overLimitMs: Math.round(this.account.over.unionMs()),
      exogenousOverMs: Math.round(this.account.exogenous.unionMs()),
      worstExogenousOverA: this.account.worstExogenousMa / 1000,
      brokenOverMs: Math.round(this.account.broken.unionMs()),
      brokenAssumptionMs: Math.round(this.anyBroken.ms(nowMs)),
      brokenBuckets: {
        gateway: ms('gateway'),
        link: ms('link'),
        class: ms('class'),
        limit: ms('limit'),
        meter: ms('meter'),
      },
      afterDeathOverMs: Math.round(this.account.afterDeath.unionMs()),
      grantChanges: this.grantChanges,
      wantingCarMs: Math.round(this.wantingMs),
      violations: this.account.violations,
    };
  }
}

const newWatch = (rows: readonly Row[]): Watch => ({
  rows,
  connectors: [],
  graceUntilMs: [-1, -1, -1],
  meterUntilMs: -1,
  sampleMa: [0, 0, 0],
  referenceMa: [0, 0, 0],
  openedAtMs: [-1, -1, -1],
  sampledAtMs: -1,
  missedSinceMs: null,
  brokenHolders: 0,
});

const onLine = (currents: readonly [number, number, number], line: 0 | 1 | 2 | 3): number =>
  line === 3 ? currents[0] + currents[1] + currents[2] : currents[line];
