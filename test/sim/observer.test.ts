/** The observer before a hand-made truth: every kind of violation is planted once and must be found. */
import { describe, expect, it } from 'vitest';
import type { PhaseIndex } from '#base/units.ts';
import { Holdings } from '#sim/holdings.ts';
import { Observer } from '#sim/observer.ts';
import type { SimLimit } from '#sim/over-account.ts';
import { emptyStack, type Stack, type WireProfile, withProfile } from '#sim/profile-engine.ts';
import { openTruth } from '#sim/truth.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { ObservedConnector } from '#sim/watched.ts';

const fuse = (a: number, rest: Partial<SimLimit> = {}): SimLimit => ({
  source: 'fuse',
  hard: true,
  evOnly: false,
  limitMa: [a * 1000, a * 1000, a * 1000],
  limitW: null,
  ...rest,
});

const setProfile = (limit: number, id = 'm1') =>
  JSON.stringify([
    2,
    id,
    'SetChargingProfile',
    {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: '1970-01-01T00:00:00Z',
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        },
      } satisfies WireProfile,
    },
  ]);

/** A main circuit of 40 A, margin 1 A and a 1 s meter; cars by hand. */
function bench(limits: readonly SimLimit[] = [fuse(40)]) {
  const clock = virtualClock(0);
  const truth = openTruth([{ id: 'main', parent: -1 }]);
  const observer = new Observer(clock, truth, [{ limits, marginMa: 1000, guardIntervalMs: 1000 }], 230);
  const sample = () => observer.meterDelivered(0, clock.nowMs(), [...truth.background(0)], [...truth.total(0)]);
  const building = (a: number) => truth.addBackground(0, [a * 1000, a * 1000, a * 1000]);
  const car = (ratingA = 32) => {
    const state = { stack: emptyStack as Stack, drawMa: 0, phases: [0, 1, 2] as readonly PhaseIndex[] };
    const holdings = new Holdings({
      stack: () => state.stack,
      isOff: () => false,
      wallMs: () => clock.wallMs(),
      startedWallMs: () => null,
      wattPhases: () => null,
      takes: () => true,
    });
    const connector: ObservedConnector = {
      connectorId: 1,
      ratingMa: ratingA * 1000,
      phases: 3,
      nominalV: 230,
      holdings,
      circuit: 0,
      carPhases: () => state.phases,
      drawMa: () => state.drawMa,
    };
    observer.addConnector(connector);
    const tap = observer.tap([connector], holdings);
    return {
      draw: (a: number) => {
        const before = state.drawMa;
        state.drawMa = a * 1000;
        truth.addCar(0, state.phases, state.drawMa - before);
      },
      send: (limit: number, id = 'm1') => tap.sent(setProfile(limit, id)),
      obey: (limit: number, id = 'm1') => {
        state.stack = withProfile(state.stack, 1, JSON.parse(setProfile(limit))[3].csChargingProfiles);
        tap.delivered(setProfile(limit, id));
      },
      hold: (limit: number) => {
        state.stack = withProfile(state.stack, 1, JSON.parse(setProfile(limit))[3].csChargingProfiles);
      },
      lose: () => tap.lost(),
      carries: (does: boolean) => tap.carrying(does),
      forget: () => {
        state.stack = emptyStack;
      },
      clear: () => tap.sent(JSON.stringify([2, 'c1', 'ClearChargingProfile', { id: 1 }])),
    };
  };
  sample();
  return { clock, truth, observer, sample, building, car };
}

type Car = ReturnType<ReturnType<typeof bench>['car']>;

describe('true current above a limit', () => {
  it('counts from the first milliampere to the last instant, and names circuit, phase and amperes', async () => {
    const { clock, observer, car } = bench();
    const a = car();
    await clock.run(1000);
    a.draw(40.5);
    await clock.run(3000);
    a.draw(40);
    await clock.run(9000);
    const account = observer.finish();
    expect(account.overLimitMs).toBe(2000);
    expect(account.violations[0]).toMatchObject({
      kind: 'current',
      atMs: 1000,
      forMs: 2000,
      circuit: 'main',
      row: 'L1',
      overA: 0.5,
    });
  });

  it('is not counted at the limit itself', async () => {
    const { clock, observer, car } = bench();
    car().draw(40);
    await clock.run(5000);
    expect(observer.finish().overLimitMs).toBe(0);
  });

  it('is counted on the sum for a limit in watts', async () => {
    const { clock, observer, car } = bench([
      fuse(Number.POSITIVE_INFINITY, { source: 'contract', hard: false, limitW: 20_000 }),
    ]);
    const a = car();
    a.draw(28.9);
    await clock.run(1000);
    a.draw(29);
    await clock.run(3000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 2000, violations: [{ row: 'sum', limit: 'contract' }] });
  });

  it('leaves the building out of a limit that is for cars only', async () => {
    const { clock, observer, building, car } = bench([fuse(40, { evOnly: true })]);
    building(30);
    car().draw(30);
    await clock.run(5000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0 });
  });
});

describe('the grace window', () => {
  it('excuses a step of the building for the interval and 10 s, and not a millisecond longer', async () => {
    const { clock, observer, sample, building, car } = bench();
    car().draw(32);
    await clock.run(500);
    building(10);
    sample();
    await clock.run(20_000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 11_000, worstExogenousOverA: 2, overLimitMs: 8500 });
  });

  it('does not open for a rise within the margin', async () => {
    const { clock, observer, building, car } = bench();
    car().draw(39.5);
    building(1);
    await clock.run(4000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 0, overLimitMs: 4000 });
  });

  it('opens when small rises since the last sample come to more than the margin', async () => {
    const { clock, observer, building, car } = bench();
    car().draw(39);
    building(0.8);
    await clock.run(1000);
    building(0.8);
    await clock.run(4000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 3000, overLimitMs: 0 });
  });

  it('is not renewed by the same step, neither by a sample that is older nor by a flicker after it', async () => {
    const { clock, observer, building, car } = bench();
    car().draw(35);
    await clock.run(900);
    building(10);
    observer.meterDelivered(0, 880, [0, 0, 0], [35_000, 35_000, 35_000]);
    await clock.run(5000);
    building(0.2);
    await clock.run(20_000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 11_000, overLimitMs: 8100 });
  });

  it('is a new one for a second step', async () => {
    const { clock, observer, sample, building, car } = bench();
    car().draw(35);
    building(10);
    sample();
    await clock.run(8000);
    building(5);
    await clock.run(25_000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 19_000, overLimitMs: 6000 });
  });

  it('opens on every row when a limit is lowered', async () => {
    const { clock, observer, car } = bench();
    car().draw(32);
    await clock.run(1000);
    observer.limitLowered(0, [fuse(20)]);
    await clock.run(15_000);
    expect(observer.finish()).toMatchObject({ exogenousOverMs: 11_000, overLimitMs: 3000 });
  });

  it('does not open for a car', async () => {
    const { clock, observer, car } = bench();
    car().draw(50);
    await clock.run(1000);
    expect(observer.finish().overLimitMs).toBe(1000);
  });

  it('is longer by the time in which the meter owed the answer that shows the step', async () => {
    const { clock, observer, sample, building, car } = bench();
    car().draw(35);
    await clock.run(100);
    building(10);
    await clock.run(500);
    observer.meterMissed(0);
    await clock.run(2500);
    sample();
    await clock.run(20_000);
    const account = observer.finish();
    expect(account).toMatchObject({ exogenousOverMs: 11_000, brokenOverMs: 2000, overLimitMs: 6900 });
    expect(account.brokenBuckets.meter).toBe(2000);
  });
});

describe('a raise', () => {
  it('that does not fit what other cars may still obey is a violation though no current flows', async () => {
    const { clock, observer, car } = bench();
    const [a, b] = [car(), car()];
    a.hold(30);
    b.hold(6);
    b.send(16);
    await clock.run(700);
    b.lose();
    await clock.run(5000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 700, violations: [{ kind: 'raise', overA: 6 }, {}, {}] });
  });

  it('that leaves while the decrease that makes room is still on the wire is a violation', async () => {
    const { clock, observer, car } = bench();
    const [a, b] = [car(), car()];
    a.hold(30);
    b.hold(6);
    a.send(20);
    b.send(16);
    await clock.run(100);
    a.obey(20);
    await clock.run(5000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 100 });
  });

  it('that leaves before the car has followed the decrease is a violation', async () => {
    const { clock, observer, car } = bench();
    const [a, b] = [car(), car()];
    a.hold(30);
    a.draw(30);
    b.hold(6);
    a.send(20);
    a.obey(20);
    b.send(16);
    b.obey(16);
    await clock.run(3000);
    a.draw(20);
    await clock.run(5000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 3000 });
  });

  it('that fits is none, and a later step of the building does not make it one', async () => {
    const { clock, observer, building, car } = bench();
    const [a, b] = [car(), car()];
    a.hold(20);
    b.hold(6);
    b.send(16);
    b.obey(16);
    await clock.run(1000);
    building(20);
    await clock.run(5000);
    expect(observer.finish()).toMatchObject({ overLimitMs: 0, violations: [] });
  });

  it('must have room for the background of the last delivered sample, and the margin', async () => {
    const { observer, sample, building, car } = bench();
    building(10);
    sample();
    building(15);
    const [a, b] = [car(), car()];
    a.hold(13);
    b.hold(6);
    b.send(16);
    b.obey(16);
    expect(observer.finish().violations).toHaveLength(0);
    b.send(16.1, 'm2');
    b.obey(16.1, 'm2');
    expect(observer.finish().violations[0]).toMatchObject({ kind: 'raise', overA: 0.1 });
  });

  /** A car of 12 A stops as the building rises; then another is raised to 27 A. */
  async function raisedAfterStep(risesA: number) {
    const parts = bench();
    const { clock, sample, building, car } = parts;
    const [a, b] = [car(), car()];
    a.hold(12);
    a.draw(12);
    b.hold(6);
    sample();
    await clock.run(1000);
    building(risesA);
    a.draw(0);
    sample();
    b.send(27);
    b.obey(27);
    return { ...parts, b };
  }

  it('need not have room for a step that the stop of a car hides from the meter, for 15 s', async () => {
    const { clock, observer, b } = await raisedAfterStep(11.5);
    expect(observer.finish().violations).toHaveLength(0);
    await clock.run(16_000);
    b.send(28, 'm2');
    b.obey(28, 'm2');
    expect(observer.finish().violations[0]).toMatchObject({ kind: 'raise', overA: 11.5 });
  });

  it('must have room for a step that leaves more than the margin in what the meter reads', async () => {
    const { observer } = await raisedAfterStep(10.5);
    expect(observer.finish().violations[0]).toMatchObject({ kind: 'raise', overA: 9.5 });
  });

  it('need not reckon with what a charger forgot while its link did not carry, but with what it held until then', () => {
    const { observer, car } = bench();
    const lost = car();
    lost.hold(10);
    lost.carries(false);
    lost.forget();
    const raised = car();
    raised.hold(0);
    raised.send(30);
    expect(observer.finish().violations).toEqual([]);
  });

  it('must reckon with it once the line must have been found dead', async () => {
    const { clock, observer, car } = bench();
    const lost = car();
    lost.hold(10);
    lost.carries(false);
    lost.forget();
    await clock.run(22_000);
    const raised = car();
    raised.hold(0);
    raised.send(9);
    expect(observer.finish().violations).toMatchObject([{ kind: 'raise' }, {}, {}]);
  });

  it('must fit what has arrived over a link that is slow', () => {
    const { observer, car } = bench();
    const slow = car();
    slow.hold(10);
    slow.carries(false);
    slow.send(20);
    slow.obey(20);
    const raised = car();
    raised.hold(0);
    raised.send(21);
    expect(observer.finish().violations).toMatchObject([{ kind: 'raise' }, {}, {}]);
  });

  it.each([
    ['until its link is lost', (lost: Car) => lost.carries(false), 31],
    [
      'once its link carries again',
      (lost: Car) => {
        lost.carries(false);
        lost.forget();
        lost.carries(true);
      },
      9,
    ],
  ])('must fit what a charger holds %s', (_, happens, limit) => {
    const { observer, car } = bench();
    const lost = car();
    lost.hold(10);
    happens(lost);
    const raised = car();
    raised.hold(0);
    raised.send(limit);
    expect(observer.finish().violations).toMatchObject([{ kind: 'raise' }, {}, {}]);
  });

  it('is also a clear that gives the connector back its rating', () => {
    const { observer, car } = bench();
    const [a, b] = [car(), car()];
    a.hold(20);
    b.hold(6);
    b.clear();
    expect(observer.finish().violations[0]).toMatchObject({ kind: 'raise', overA: 12 });
  });
});

describe('a broken assumption', () => {
  it('takes the time above a limit while a link below the circuit does not carry', async () => {
    const { clock, observer, car } = bench();
    const a = car();
    await clock.run(1000);
    observer.enter('link', [0]);
    a.draw(41);
    await clock.run(4000);
    a.draw(30);
    observer.leaveRecovering('link', [0]);
    await clock.run(6000);
    a.draw(41);
    await clock.run(7000);
    const account = observer.finish();
    expect(account).toMatchObject({ brokenOverMs: 3000, brokenAssumptionMs: 3000, overLimitMs: 1000 });
    expect(account.brokenBuckets.link).toBe(3000);
  });

  it('lasts 12 s longer for what is above a limit when the link is back', async () => {
    const { clock, observer, car } = bench();
    const a = car();
    observer.enter('link', [0]);
    a.draw(41);
    await clock.run(4000);
    observer.leaveRecovering('link', [0]);
    await clock.run(20_000);
    expect(observer.finish()).toMatchObject({ brokenOverMs: 16_000, brokenAssumptionMs: 16_000, overLimitMs: 4000 });
  });

  it('counts overlapping causes once, and each in its own bucket', async () => {
    const { clock, observer } = bench();
    observer.enter('link', [0]);
    await clock.run(1000);
    observer.enter('class', [0]);
    await clock.run(2000);
    observer.leave('link', [0]);
    await clock.run(4000);
    observer.leave('class', [0]);
    await clock.run(9000);
    expect(observer.finish()).toMatchObject({ brokenAssumptionMs: 4000, brokenBuckets: { link: 2000, class: 3000 } });
  });
});

describe('a gateway that is down for a while', () => {
  it('breaks an assumption everywhere until three samples, a command and a car have had their time', async () => {
    const { clock, observer, car } = bench();
    const a = car();
    observer.gatewayDown();
    a.draw(41);
    await clock.run(5000);
    observer.gatewayUp();
    await clock.run(40_000);
    expect(observer.finish()).toMatchObject({
      brokenOverMs: 20_000,
      overLimitMs: 20_000,
      brokenBuckets: { gateway: 20_000 },
    });
  });

  it('is no excuse once it is back and nothing is above a limit', async () => {
    const { clock, observer, car } = bench();
    const a = car();
    observer.gatewayDown();
    await clock.run(5000);
    observer.gatewayUp();
    a.draw(41);
    await clock.run(6000);
    expect(observer.finish()).toMatchObject({ brokenOverMs: 0, overLimitMs: 1000, brokenAssumptionMs: 5000 });
  });
});

describe('after the gateway was killed for good', () => {
  it('only hard limits count, once the longest lease has lapsed', async () => {
    const contract = fuse(Number.POSITIVE_INFINITY, { source: 'contract', hard: false, limitW: 1000 });
    const { clock, observer, car } = bench([fuse(40), contract]);
    observer.gatewayDied(10_000);
    car().draw(41);
    await clock.run(12_000);
    const account = observer.finish();
    expect(account).toMatchObject({ afterDeathOverMs: 2000, overLimitMs: 0 });
    expect(account.exogenousOverMs, 'what its cars and its building do until then').toBe(10_000);
    expect(account).toMatchObject({ brokenAssumptionMs: 0, brokenOverMs: 0 });
  });
});
