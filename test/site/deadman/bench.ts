/**
 * A bench for one socket: a charger with a car on it, a guard meter and a building, and a gate that does
 * just what the test wishes. Written apart from the simulator, so that a test of the test has no twin.
 */
import { at } from '#base/assert.ts';
import { type Triple, ZERO_TRIPLE } from '#base/units.ts';
import { beginTest, type TestOrder } from '#site/deadman/begin.ts';
import { type DeadmanResults, NO_RESULTS } from '#site/deadman/results.ts';
import { actionsOf, type DeadmanTest, TEST_TTL_MS, type TestAction, wishOf } from '#site/deadman/test.ts';
import type { SiteEvent } from '#site/event.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { newest } from '#site/gate/ledger.ts';
import { initialState } from '#site/initial.ts';
import { reduce } from '#site/reduce.ts';
import type { Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import { type SiteOptions, topologyOf } from '../site.ts';

export type Behaviour = {
  /** When a lease that is over makes it fall. */
  readonly falls?: 'always' | 'connected' | 'never';
  /** What it comes back with from a reset. */
  readonly reboots?: 'fallback' | 'rating';
  /** It takes every limit and draws its rating. */
  readonly deaf?: boolean;
  readonly refusesLeases?: boolean;
  /** Grid phases on its own L1..L3 as truly wired; as configured without it. */
  readonly wired?: readonly number[];
  readonly carPhases?: 1 | 2 | 3;
  readonly carMaxMa?: number;
  /** The meter shows so much of what flows; negative is a transformer turned round. */
  readonly meterShows?: number | Triple;
  /** False: no room for a raise. */
  readonly room?: boolean;
  readonly rampMaPerS?: number;
};

const STEP_MS = 100;
const REACTION_MS = 3_000;
const CHARGER = 0;
const SOCKET = 0;

export class Bench {
  state: SiteState;
  atMs = 0;
  readonly words: string[] = [];
  /** The building, mA on each phase, by time. */
  building: (atMs: number) => Triple = () => ZERO_TRIPLE;
  /** Told once a step, for what a story does besides. */
  also: (bench: Bench) => void = () => {};
  readonly behaviour: Behaviour;
  private generation = 1;
  private linkedAgainMs = 0;
  private bootsAtMs: number | null = null;
  private lease = { limitMa: 32_000, untilMs: Number.POSITIVE_INFINITY, lapseMa: 32_000 };
  private aimMa = 32_000;
  private readonly pilot: { atMs: number; ma: number }[] = [];
  private drawMa = 0;
  private registerWh = 1000;
  private readonly later: { atMs: number; event: () => SiteEvent }[] = [];

  constructor(behaviour: Behaviour = {}, options: Partial<SiteOptions> = {}) {
    this.behaviour = behaviour;
    this.state = initialState(topologyOf({ bays: [{ fallbackA: 6 }], ...options }), 0);
    this.feed({ type: 'charger-connected', charger: CHARGER, generation: 1, ocppVersion: '1.6', atMs: 0 });
    this.boot('1.0');
    this.say({ kind: 'connector-status', connectorId: 1, status: 'Charging', errorCode: '', info: '', atWallMs: 0 });
    this.say({
      kind: 'transaction-started',
      connectorId: 1,
      idToken: 'T',
      meterStartWh: 0,
      atWallMs: 0,
      reservationId: null,
    });
    this.drawMa = this.carMaxMa();
  }

  /** Begins a test; throws with every problem where it is refused. */
  begin(order: Partial<TestOrder> = {}, results: DeadmanResults = NO_RESULTS): void {
    const begun = beginTest(
      this.state,
      { id: 't1', identity: 'CP1', connectorId: null, legs: null, ...order },
      results,
      this.atMs,
    );
    if (!begun.ok) throw new Error(begun.problems.map(problem => problem.message).join('; '));
    this.feed({ type: 'test-begun', test: begun.value, atMs: this.atMs });
  }

  test(): DeadmanTest {
    return at(this.state.tests, 0);
  }

  /** Runs until the test is over, at most ten minutes. */
  finish(): DeadmanTest {
    for (const untilMs = this.atMs + 600_000; this.atMs < untilMs && this.test().step !== 'ended'; ) this.step();
    return this.test();
  }

  run(ms: number): void {
    for (const untilMs = this.atMs + ms; this.atMs < untilMs; ) this.step();
  }

  boot(firmware: string): void {
    this.say({ kind: 'boot', vendor: 'Acme', model: 'Box', serial: '', firmware });
  }

  say(report: Report): void {
    this.feed({
      type: 'charger-reported',
      charger: CHARGER,
      report,
      atMs: this.atMs,
      atWallMs: this.atMs,
      atChargerMs: this.atMs,
      freshId: 7,
      traits: null,
    });
  }

  feed(event: SiteEvent): void {
    this.state = reduce(this.state, event);
  }

  step(): void {
    this.atMs += STEP_MS;
    for (const due of this.later.filter(({ atMs }) => atMs <= this.atMs)) {
      this.later.splice(this.later.indexOf(due), 1);
      this.feed(due.event());
    }
    this.move();
    this.comeBack();
    if (this.atMs % 1000 === 0 && this.state.meters.length > 0) this.read();
    if (this.atMs % 500 === 0) this.feed({ type: 'test-clock', atMs: this.atMs });
    this.also(this);
    const test = this.state.tests[0];
    if (test === undefined) return;
    this.gate(test);
    for (const action of actionsOf(test, this.atMs)) this.act(test, action);
  }

  isLinked = (): boolean => this.atMs >= this.linkedAgainMs && this.bootsAtMs === null;

  private gate(test: DeadmanTest): void {
    const wish = wishOf(test);
    const last = newest(at(this.state.connectors, SOCKET).ledger);
    const isFree = at(this.state.chargers, CHARGER).callSinceMs === null;
    if (wish === null || wish.quiet || !isFree || !this.isLinked()) return;
    if (wish.ttlMs === null && (last.limitMa !== wish.limitMa || last.ackedAtMs === null))
      this.send(wish.limitMa, null);
    if (wish.ttlMs !== null && (this.behaviour.room ?? true)) this.send(wish.limitMa, wish.ttlMs);
  }

  /** A limit leaves, arrives at once and is acknowledged after a moment. */
  send(limitMa: number, ttlMs: number | null): void {
    const lapseMa = ttlMs === null ? limitMa : 6_000;
    const command: GateCommand = {
      ...{ type: 'set-limit', connector: SOCKET, charger: CHARGER, limitMa, lapseMa, ttlMs },
      change: limitMa > 6_000 ? 'raise' : 'decrease',
    };
    this.feed({ type: 'commands-sent', commands: [command], atMs: this.atMs });
    const refused = ttlMs !== null && this.behaviour.refusesLeases === true;
    if (!refused)
      this.lease = { limitMa, lapseMa, untilMs: ttlMs === null ? Number.POSITIVE_INFINITY : this.atMs + TEST_TTL_MS };
    const outcome = refused ? ({ ok: false, why: 'rejected' } as const) : ({ ok: true } as const);
    const generation = this.generation;
    const atMs = this.atMs + STEP_MS;
    this.later.push({
      atMs,
      event: () => ({ type: 'command-settled', command, generation, outcome, atMs: this.atMs, atChargerMs: this.atMs }),
    });
  }

  private act(test: DeadmanTest, action: TestAction): void {
    this.feed({ type: 'test-acted', id: test.id, action, atMs: this.atMs });
    if (action.kind === 'ask-sample') this.sample();
    else {
      this.linkedAgainMs = this.atMs + (action.kind === 'cut' ? action.forMs : 20_000);
      if (action.kind === 'reset') this.bootsAtMs = this.linkedAgainMs;
      this.feed({ type: 'charger-lost', charger: CHARGER, generation: this.generation, atMs: this.atMs, detail: '' });
    }
  }

  private comeBack(): void {
    if (at(this.state.chargers, CHARGER).link === 'online' || this.atMs < this.linkedAgainMs) return;
    this.generation++;
    this.feed({
      type: 'charger-connected',
      charger: CHARGER,
      generation: this.generation,
      ocppVersion: '1.6',
      atMs: this.atMs,
    });
    if (this.bootsAtMs === null) return;
    this.bootsAtMs = null;
    const ma = this.behaviour.reboots === 'rating' ? 32_000 : 6_000;
    this.lease = { limitMa: ma, lapseMa: ma, untilMs: Number.POSITIVE_INFINITY };
    this.boot('1.0');
  }

  private limitMa(): number {
    if (this.behaviour.deaf === true) return 32_000;
    if (this.bootsAtMs !== null) return 0;
    const { limitMa, lapseMa, untilMs } = this.lease;
    const falls = this.behaviour.falls ?? 'always';
    const canFall = falls === 'always' || (falls === 'connected' && this.isLinked());
    return this.atMs >= untilMs && canFall ? lapseMa : limitMa;
  }

  private carMaxMa = (): number => this.behaviour.carMaxMa ?? 32_000;

  /** The car follows the pilot after its reaction: down at once, up at its ramp. */
  private move(): void {
    this.pilot.push({ atMs: this.atMs, ma: this.limitMa() });
    while ((this.pilot[0]?.atMs ?? this.atMs) <= this.atMs - REACTION_MS) this.aimMa = this.pilot.shift()?.ma ?? 0;
    const aimMa = Math.min(this.aimMa, this.carMaxMa());
    const rampMa = ((this.behaviour.rampMaPerS ?? 2_000) * STEP_MS) / 1000;
    this.drawMa = this.bootsAtMs !== null ? 0 : Math.min(aimMa, this.drawMa + rampMa);
    this.registerWh += (this.drawMa / 1000) * 230 * this.carPhases() * (STEP_MS / 3_600_000);
  }

  private carPhases = (): number => this.behaviour.carPhases ?? 3;

  /** What flows in the grid, mA. */
  private flow(): Triple {
    const wired = this.behaviour.wired ?? at(this.state.topology.connectors, SOCKET).phases;
    const out: [number, number, number] = [...this.building(this.atMs)];
    for (const phase of wired.slice(0, this.carPhases())) out[phase as 0 | 1 | 2] += this.drawMa;
    return out;
  }

  private read(): void {
    const shows = this.behaviour.meterShows ?? 1;
    const of = (phase: 0 | 1 | 2) => (typeof shows === 'number' ? shows : shows[phase]);
    const [l1, l2, l3] = this.flow();
    const currentMa: Triple = [l1 * of(0), l2 * of(1), l3 * of(2)];
    this.feed({ type: 'meter-sampled', meter: 0, reading: { currentMa, powerW: 0, voltageV: 230 }, atMs: this.atMs });
  }

  sample(): void {
    const own = at(this.state.topology.connectors, SOCKET).phases.length;
    const values = (['L1', 'L2', 'L3'] as const).slice(0, own).map((phase, index) => ({
      ...{ measurand: 'Current.Import' as const, phase, location: 'Outlet' },
      value: index < this.carPhases() ? Math.round(this.drawMa / 100) / 10 : 0,
    }));
    const register = {
      measurand: 'Energy.Active.Import.Register' as const,
      phase: null,
      location: 'Outlet',
      value: Math.round(this.registerWh),
    };
    const samples = [{ atWallMs: this.atMs, context: 'Trigger', values: [...values, register] }];
    this.say({ kind: 'meter-values', connectorId: 1, transactionId: 7, samples });
  }
}
