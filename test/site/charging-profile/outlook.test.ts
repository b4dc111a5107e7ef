/** What the site leaves its sockets beside the back office's own wishes, as its schedules tell it upwards. */
import { describe, expect, it } from 'vitest';
import { triple } from '#base/units.ts';
import { compositeSchedule } from '#site/charging-profile/composite-schedule.ts';
import { wishOf } from '#site/charging-profile/csms-wish.ts';
import { socketOutlook, stationOutlook } from '#site/charging-profile/outlook.ts';
import type { ProfileStack } from '#site/charging-profile/profile-stack.ts';
import type { OutsideLimit } from '#site/state.ts';
import { Desk } from '../site.ts';
import { type Draft, NOON, periods, session, stackOf } from './profiles.ts';

const hour = 3_600_000;

/** A back office that sets profiles, and asks what became of them. Bay n is connector n + 1. */
class Office {
  readonly desk: Desk;
  stack: ProfileStack = [];

  constructor(bays: number, fuseA: number) {
    this.desk = new Desk({ bays: Array.from({ length: bays }, () => ({})), limits: [{ limitA: fuseA }] });
    for (let bay = 0; bay < bays; bay++) {
      this.desk.connect(bay);
      this.desk.status(bay, 'Available');
    }
    this.live(5);
  }

  /** Cars draw what they are granted, on all phases. */
  live(seconds: number): void {
    const { desk } = this;
    for (let second = 0; second < seconds; second++) {
      desk.atMs += 1_000;
      const grants = desk.limitsA().map((amps, bay) => (desk.state.connectors[bay]?.transaction ? (amps ?? 0) : 0));
      if (second % 5 === 0) grants.forEach((amps, bay) => void (amps > 0 && desk.draws(bay, amps)));
      desk.meter(grants.reduce((sum, amps) => sum + amps, 0));
      desk.settleAll(desk.pass().commands);
    }
  }

  /** The wish of each bay becomes an event, as upstream makes it. */
  set(...stack: readonly (readonly [connector: number, draft: Draft])[]): void {
    this.stack = stackOf(...stack);
    this.desk.state.connectors.forEach((_, bay) => {
      const { limitMa, limitW } = wishOf(this.stack, bay + 1, this.wallMs, session, 230);
      const wish = limitMa === null && limitW === null ? null : { limitMa, limitW };
      this.desk.feed({ type: 'wish-set', connector: bay, wish, atMs: this.desk.atMs });
    });
  }

  limit(limit: Partial<OutsideLimit> & { readonly source: string }): void {
    const whole: OutsideLimit = {
      circuit: 0,
      limitMa: triple(1e9),
      limitW: null,
      evOnly: true,
      validUntilMs: null,
      validUntilWallMs: null,
      failSafeMa: null,
      setAtMs: this.desk.atMs,
      ...limit,
    };
    this.desk.feed({ type: 'limits-set', limits: [whole], source: limit.source, atMs: this.desk.atMs });
  }

  ask(connector: number): readonly (readonly [number, number])[] {
    const now = { nowMs: this.desk.atMs, wallMs: this.wallMs };
    const { state } = this.desk;
    const sockets = state.topology.connectors.map(spec =>
      socketOutlook(state, spec, { connector: spec.index + 1, session }, now),
    );
    const query = { connector, atWallMs: this.wallMs, durationS: 86_400, unit: 'A' } as const;
    const schedule = compositeSchedule(this.stack, sockets, stationOutlook(state, this.desk.atMs), query);
    return (schedule?.periods ?? []).map(({ startS, limit }) => [startS, limit] as const);
  }

  /** The desk's clock began at noon. */
  private get wallMs(): number {
    return NOON + Math.round(this.desk.atMs / 1000) * 1000;
  }
}

/** 10 A until one o'clock, then what `later` says. */
const untilOne = (later: number) => ({ schedule: { startWallMs: NOON, periods: periods([0, 10], [3600, later]) } });
const inOneHour = (office: Office) => 3600 - Math.round(office.desk.atMs / 1000);

describe('a socket', () => {
  it('that the fuse holds down is not promised what the back office would allow', () => {
    const office = new Office(2, 25);
    office.desk.start(0);
    office.desk.start(1);
    office.live(90);
    expect(office.desk.limitsA()).toEqual([12, 12]);
    office.set([0, untilOne(32)]);
    office.live(30);
    expect(office.desk.limitsA()).toEqual([10, 10]);
    // Held by the back office alone: what it will be given then, nobody else's share known.
    expect(office.ask(1)).toEqual([
      [0, 10],
      [inOneHour(office), 24],
    ]);
    office.set([1, untilOne(32)]);
    office.live(60);
    expect(office.desk.limitsA()).toEqual([10, 14]);
    expect(office.ask(2)).toEqual([[0, 14]]);
  });

  it('below its minimum is told as 0', () => {
    const office = new Office(1, 40);
    office.desk.start(0);
    office.set([1, { schedule: { startWallMs: NOON, periods: periods([0, 5], [3600, 16]) } }]);
    office.live(30);
    expect(office.desk.limitsA()).toEqual([0]);
    expect(office.ask(1)).toEqual([
      [0, 0],
      [inOneHour(office), 16],
    ]);
  });

  it('without a car is told what a car would find', () => {
    const office = new Office(2, 25);
    expect(office.ask(1)).toEqual([[0, 24]]);
  });

  it('that an energy manager holds down rises when that limit ends, and to its fail-safe value where it has one', () => {
    const office = new Office(1, 41);
    office.desk.start(0);
    office.limit({
      source: 'ems',
      limitMa: triple(13_000),
      validUntilMs: office.desk.atMs + hour,
      failSafeMa: triple(20_000),
    });
    office.live(30);
    expect(office.desk.limitsA()).toEqual([13]);
    expect(office.ask(1)).toEqual([
      [0, 13],
      [3600 - 30, 20],
    ]);
    expect(office.ask(0), 'the station too').toEqual(office.ask(1));
    office.limit({ source: 'ems', limitMa: triple(13_000), validUntilMs: office.desk.atMs + hour });
    office.live(30);
    expect(office.ask(1)).toEqual([
      [0, 13],
      [3600 - 30, 32],
    ]);
  });
});

describe('the station', () => {
  it('has its own limit from the stack as it changes, not as it stands among the limits now', () => {
    const office = new Office(2, 61);
    office.desk.start(0);
    office.desk.start(1);
    const twenty = { startWallMs: NOON, periods: periods([0, 20], [3600, 40]) };
    office.set([0, { purpose: 'ChargingStationMaxProfile', schedule: twenty }]);
    office.limit({ source: 'csms', limitMa: triple(20_000) });
    office.live(120);
    expect(office.desk.limitsA()).toEqual([10, 10]);
    expect(office.desk.state.targets[0]?.reason.source).toBe('csms');
    expect(office.ask(1)).toEqual([
      [0, 10],
      [inOneHour(office), 32],
    ]);
    expect(office.ask(0)).toEqual([
      [0, 20],
      [inOneHour(office), 40],
    ]);
  });

  it('is told what the fuse leaves its cars together', () => {
    const office = new Office(3, 41);
    for (const bay of [0, 1, 2]) office.desk.start(bay);
    office.set([0, untilOne(32)]);
    office.live(120);
    expect(office.desk.limitsA()).toEqual([10, 10, 10]);
    // 41 A less the margin of 1 A.
    expect(office.ask(0)).toEqual([
      [0, 30],
      [inOneHour(office), 40],
    ]);
  });

  it('with nobody there takes nothing', () => {
    expect(new Office(2, 40).ask(0)).toEqual([[0, 0]]);
  });
});
