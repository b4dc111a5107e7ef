/**
 * The observer: sees only the world's truth (currents, background, the schedules that chargers hold,
 * what is on the wires to them, which meter answers arrived) and keeps the account of the contract.
 * Event-driven: between two changes nothing needs to be looked at.
 */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Triple } from '#base/units.ts';
import { type Account, BROKEN_CAUSES, type BrokenCause } from './account.ts';
import { Grace, RECOVERY_MS } from './grace.ts';
import { applied, type Holdings, levelMa, stackChange } from './holdings.ts';
import { Bucket } from './intervals.ts';
import { type Excuses, OverAccount, type Row, rowsOf, type SimLimit } from './over-account.ts';
import type { WireTap } from './pipe.ts';
import type { Truth } from './truth.ts';
import { type ObservedCircuit, type ObservedConnector, onLine, type Watch } from './watched.ts';

export class Observer {
  private readonly clock: Clock;
  private readonly truth: Truth;
  private readonly watches: Watch[];
  private readonly account: OverAccount;
  private readonly buckets = new Map(BROKEN_CAUSES.map(cause => [cause, new Bucket()]));
  private readonly anyBroken = new Bucket();
  private readonly nominalV: number;
  private diedAtMs = Number.POSITIVE_INFINITY;
  private lapsedAtMs = Number.POSITIVE_INFINITY;
  private brokenAtDeath: Broken | null = null;
  private grantChanges = 0;
  private wantingMs = 0;

  constructor(clock: Clock, truth: Truth, circuits: readonly ObservedCircuit[], nominalV: number) {
    this.clock = clock;
    this.truth = truth;
    this.nominalV = nominalV;
    this.account = new OverAccount(truth.circuits.map(circuit => circuit.id));
    this.watches = circuits.map((circuit, index) => ({
      rows: rowsOf(index, circuit.limits, nominalV),
      grace: new Grace(circuit.marginMa, circuit.guardIntervalMs),
      connectors: [],
      brokenHolders: 0,
    }));
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
      watch.grace.risen(this.truth.background(circuit), this.clock.nowMs());
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
    return {
      graceUntilMs: watch.grace.until(row.line),
      meterUntilMs: watch.grace.meterUntilMs(),
      broken: watch.brokenHolders > 0,
      diedAtMs: this.diedAtMs,
      lapsedAtMs: this.lapsedAtMs,
    };
  }

  // --- what the gateway is told

  /**
   * An answer of the guard meter reached the gateway.
   * @param sampledAtMs when it was measured
   * @param backgroundMa the true background at that instant
   * @param totalMa what the meter read
   */
  meterDelivered(circuit: number, sampledAtMs: number, backgroundMa: Triple, totalMa: Triple): void {
    const { grace } = at(this.watches, circuit);
    if (grace.owing()) {
      this.settle(circuit);
      this.leave('meter', []);
    }
    grace.delivered(sampledAtMs, backgroundMa, totalMa, this.clock.nowMs());
  }

  /** The guard meter owes an answer: assumption A4 is broken until the next one. */
  meterMissed(circuit: number): void {
    if (at(this.watches, circuit).grace.missed(this.clock.nowMs())) this.enter('meter', []);
  }

  /** The limits of a circuit were replaced by lower ones from outside: opens a window on every row of it. */
  limitLowered(circuit: number, limits: readonly SimLimit[]): void {
    this.settle(circuit);
    const old = at(this.watches, circuit);
    const nowMs = this.clock.nowMs();
    for (const row of old.rows) this.account.endRaise(row, nowMs);
    old.grace.lowered(nowMs);
    const watch: Watch = { ...old, rows: rowsOf(circuit, limits, this.nominalV) };
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

  /** As `leave`, but what is above a limit now gets the time a command and a car need, after `learningMs`. */
  leaveRecovering(cause: BrokenCause, path: readonly number[], learningMs = 0): void {
    const above = path.some(c => at(this.watches, c).rows.some(row => row.excessMa > 0));
    if (!above) this.leave(cause, path);
    else this.clock.after('recovery', learningMs + RECOVERY_MS, () => this.leave(cause, path));
  }

  gatewayDown(): void {
    this.enter('gateway', this.everywhere());
  }

  /** A new gateway is there. Rule 16 has it wait for three good samples of every meter before it knows the building. */
  gatewayUp(): void {
    const slowestMs = Math.max(0, ...this.watches.map(watch => watch.grace.intervalMs ?? 0));
    this.leaveRecovering('gateway', this.everywhere(), GOOD_SAMPLES * slowestMs);
  }

  /**
   * The gateway was killed for good; its longest lease lapses so much later. From here on only hard limits
   * count, and no assumption of a living gateway is broken any more: those figures stand as they are.
   */
  gatewayDied(longestLeaseMs: number): void {
    for (const c of this.everywhere()) this.settle(c);
    this.diedAtMs = this.clock.nowMs();
    this.lapsedAtMs = this.diedAtMs + longestLeaseMs;
    this.brokenAtDeath = this.broken();
  }

  // --- wires

  /** What to hang on a charger's link. `connectors`: those of that charger. */
  tap(connectors: readonly ObservedConnector[], holdings: Holdings): WireTap {
    let levels: readonly number[] = [];
    return {
      sent: frame => {
        const change = stackChange(frame);
        if (!change) return;
        const next = applied(holdings.station, holdings.stacks().at(-1) ?? [], change);
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
      carrying: carries => holdings.carrying(carries, this.clock.nowMs()),
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
      const known = watch.grace.known(this.truth.background(c), this.clock.nowMs());
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

  private obeyableExcessMa(row: Row, watch: Watch, building: Triple): number {
    let sum = row.evOnly ? 0 : onLine(building, row.line);
    for (const connector of watch.connectors) {
      const phases = connector.carPhases();
      if (!phases) continue;
      const times = row.line === 3 ? phases.length : phases.includes(row.line) ? 1 : 0;
      if (times > 0)
        sum += times * Math.max(connector.drawMa(), connector.holdings.knowableMa(connector, this.clock.nowMs()));
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
    return {
      overLimitMs: Math.round(this.account.over.unionMs()),
      exogenousOverMs: Math.round(this.account.exogenous.unionMs()),
      worstExogenousOverA: Math.round(this.account.worstExogenousMa) / 1000,
      brokenOverMs: Math.round(this.account.broken.unionMs()),
      ...(this.brokenAtDeath ?? this.broken()),
      afterDeathOverMs: Math.round(this.account.afterDeath.unionMs()),
      grantChanges: this.grantChanges,
      wantingCarMs: Math.round(this.wantingMs),
      violations: [...this.account.violations],
    };
  }

  private everywhere(): readonly number[] {
    return this.watches.map((_, c) => c);
  }

  private broken(): Broken {
    const nowMs = this.clock.nowMs();
    const ms = (cause: BrokenCause) => Math.round(this.buckets.get(cause)?.ms(nowMs) ?? 0);
    return {
      brokenAssumptionMs: Math.round(this.anyBroken.ms(nowMs)),
      brokenBuckets: {
        gateway: ms('gateway'),
        link: ms('link'),
        class: ms('class'),
        limit: ms('limit'),
        meter: ms('meter'),
      },
    };
  }
}

type Broken = Pick<Account, 'brokenAssumptionMs' | 'brokenBuckets'>;

/** Rule 16: so many good samples before a gateway that has just begun knows the building. */
const GOOD_SAMPLES = 3;
