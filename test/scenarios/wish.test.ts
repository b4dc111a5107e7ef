/**
 * A back office that allows a socket less than its minimum, through whole sessions (rule 12). At the desk: the
 * gateway has no door for such a wish yet.
 */
import { describe, expect, it } from 'vitest';
import type { CsmsWish } from '#site/state.ts';
import { Desk } from '../site/site.ts';

type Draws = (grantA: number) => readonly [number, number, number];

const THREE_PHASES: Draws = amps => [amps, amps, amps];
const ONE_PHASE: Draws = amps => [amps, 0, 0];
const ASLEEP: Draws = () => [0, 0, 0];

/** 25 − 1 A on each phase. The first bay has a three-phase car; what the second's does is the story. */
class Pair {
  readonly desk = new Desk({ bays: [{}, {}], limits: [{ limitA: 25 }] });
  /** What the second bay was told, A, whenever that changed. */
  readonly told: { readonly atMs: number; readonly amps: number }[] = [];

  constructor() {
    for (const bay of [0, 1]) {
      this.desk.connect(bay);
      this.desk.status(bay, 'Available');
    }
    this.live(5, ASLEEP);
    this.desk.start(0);
    this.live(60, ASLEEP);
    expect(this.desk.limitsA()[0]).toBe(24);
  }

  wish(wish: CsmsWish): void {
    this.desk.feed({ type: 'wish-set', connector: 1, wish, atMs: this.desk.atMs });
  }

  /** With samples every five seconds. */
  live(seconds: number, second: Draws): void {
    const { desk } = this;
    for (let elapsed = 0; elapsed < seconds; elapsed++) {
      desk.atMs += 1_000;
      const first = this.hasCar(0) ? THREE_PHASES(desk.limitsA()[0] ?? 0) : ASLEEP(0);
      const other = second(desk.limitsA()[1] ?? 0);
      if (elapsed % 5 === 0 && this.hasCar(0)) desk.draws(0, first);
      if (elapsed % 5 === 0 && this.hasCar(1)) desk.draws(1, other);
      desk.meter([first[0] + other[0], first[1] + other[1], first[2] + other[2]]);
      desk.settleAll(desk.pass().commands);
      const amps = desk.limitsA()[1] ?? 0;
      if (amps !== (this.told.at(-1)?.amps ?? 0)) this.told.push({ atMs: desk.atMs, amps });
    }
  }

  /** The car leaves; another comes. */
  next(): void {
    this.desk.status(1, 'Available');
    this.live(10, ASLEEP);
    this.desk.start(1);
  }

  reason() {
    return this.desk.state.targets[1]?.reason;
  }

  private hasCar(bay: number): boolean {
    return this.desk.state.connectors[bay]?.transaction !== null;
  }
}

const NEEDS = { source: 'csms', text: 'the back office allows 3 kW, needs 4.1 kW' };

describe('3 kW from the back office for a three-phase socket', () => {
  it('are tried for sixty seconds with a car that does not wake, booked on all phases, and once for each session', () => {
    const pair = new Pair();
    pair.wish({ limitMa: null, limitW: 3_000 });
    for (const session of [1, 2]) {
      pair.told.length = 0;
      pair.next();
      pair.live(30, ASLEEP);
      // The first bay gives way for 6 A on every phase, though the second's car may use one.
      expect(pair.desk.limitsA(), `session ${session}`).toEqual([18, 6]);
      pair.live(600, ASLEEP);
      const [probe, pause, ...more] = pair.told;
      expect([probe?.amps, pause?.amps, more]).toEqual([6, 0, []]);
      expect((pause?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
      expect((pause?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeLessThanOrEqual(61_000);
      expect(pair.reason()).toMatchObject(NEEDS);
      expect(pair.desk.limitsA()).toEqual([24, 0]);
    }
  });

  it('pause a three-phase car as soon as thirty seconds of samples have shown its phases', () => {
    const pair = new Pair();
    pair.wish({ limitMa: null, limitW: 3_000 });
    pair.next();
    pair.live(600, THREE_PHASES);
    const [probe, pause, ...more] = pair.told;
    expect([probe?.amps, pause?.amps, more]).toEqual([6, 0, []]);
    expect((pause?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect((pause?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeLessThanOrEqual(40_000);
    expect(pair.reason()).toMatchObject(NEEDS);
  });

  it('are enough for a one-phase car: it goes on with its share of L1', () => {
    const pair = new Pair();
    pair.wish({ limitMa: null, limitW: 3_000 });
    pair.next();
    pair.live(180, ONE_PHASE);
    // 24 A for both on L1, and 3 kW would be 13 A.
    expect(pair.desk.limitsA()).toEqual([12, 12]);
    expect(pair.told.every(({ amps }) => amps >= 6)).toBe(true);
  });
});

describe('5 A from the back office for a three-phase socket', () => {
  it('pause it without a trial: no number of phases makes them enough', () => {
    const pair = new Pair();
    pair.wish({ limitMa: 5_000, limitW: null });
    pair.next();
    pair.live(600, ASLEEP);
    expect(pair.told).toEqual([]);
    expect(pair.reason()).toMatchObject({ source: 'csms', text: 'the back office allows 5 A, needs 4.1 kW' });
    expect(pair.desk.limitsA()[0]).toBe(24);
  });
});
