import { describe, expect, it } from 'vitest';
import { Desk, PROVEN, settledDesk } from './site.ts';

const five = { bays: [{}, {}, {}, {}, {}], designLoadA: 20 };

describe('a site under control', () => {
  it('shares 63 A less margin and building equally among five cars', () => {
    const desk = settledDesk(five, 10);
    // (63 − 1.26 − 10) / 5 = 10.348 → 10.3 A, and what is left over goes to nobody in steps of 0.1 A.
    const limits = desk.limitsA();
    expect(Math.min(...limits.map(Number))).toBe(10.3);
    expect(limits.reduce<number>((sum, limit) => sum + (limit ?? 0), 0)).toBeLessThanOrEqual(51.74);
  });

  it('five cars at about 10 A: the building takes 15 A more and nobody is paused', () => {
    const desk = settledDesk(five, 10);
    const before = desk.limitsA().map(Number);
    const drawn = before.reduce((sum, limit) => sum + limit, 0);
    desk.atMs += 1000;
    desk.meter(25 + drawn);
    const commands = desk.pass().commands;
    expect(commands).toHaveLength(5);
    for (const command of commands) {
      expect(command).toMatchObject({ type: 'set-limit', change: 'decrease' });
      if (command.type === 'set-limit') expect(command.limitMa).toBeGreaterThanOrEqual(7_200);
    }
    // While the cars follow, the meter still shows the old draw: that alone lowers nobody further.
    desk.settleAll(commands);
    for (let second = 0; second < 8; second++) {
      desk.atMs += 1000;
      desk.meter(25 + drawn);
      expect(desk.pass().commands.filter(command => command.type === 'set-limit')).toEqual([]);
    }
  });

  it('a raise leaves only after the decrease that makes room is seen', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }] }, 0);
    expect(desk.limitsA()).toEqual([19.5, 19.5]);
    // A cap lowers one share: the first car leaves, the second may have more once its place is free.
    desk.atMs += 1000;
    desk.status(0, 'Finishing');
    desk.feed({
      type: 'charger-reported',
      charger: 0,
      report: {
        kind: 'transaction-ended',
        transactionId: 1,
        idToken: null,
        meterStopWh: 0,
        atWallMs: 0,
        reason: 'Local',
        samples: [],
      },
      atMs: desk.atMs,
      atWallMs: 0,
      atChargerMs: 0,
      freshId: 0,
      traits: null,
    });
    desk.meter(39);
    const first = desk.pass().commands;
    expect(first).toMatchObject([{ connector: 0, change: 'decrease', limitMa: 0 }]);
    desk.atMs += 500;
    desk.settleAll(first);
    desk.meter(39);
    expect(desk.pass().commands, 'acknowledged is not yet seen').toEqual([]);
    for (let second = 1; second <= 13; second++) {
      desk.atMs += 1_000;
      desk.meter(second < 6 ? 39 : 19.5);
      if (second % 5 === 0) desk.draws(1, 19.5);
      const limits = desk.pass().commands.filter(c => c.type === 'set-limit');
      expect(
        limits.filter(c => c.change !== 'refresh'),
        `second ${second}`,
      ).toEqual([]);
      desk.settleAll(limits);
    }
    desk.draws(0, 0);
    desk.meter(19.5);
    expect(desk.pass().commands).toMatchObject([{ connector: 1, change: 'raise', limitMa: 32_000 }]);
  });

  it('a kettle that hides behind a rising car is found out: the car is asked, then the building is believed', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 32 }], designLoadA: 20 }, 20);
    expect(desk.limitsA()).toEqual([11]);
    desk.atMs += 10_000;
    desk.draws(0, 11);
    for (let i = 0; i < 60; i++) {
      desk.atMs += 1000;
      desk.meter(15 + 11);
      if (i % 10 === 9) desk.draws(0, 11);
      const commands = desk.pass().commands;
      if (commands.some(c => c.type === 'set-limit')) {
        desk.settleAll(commands);
        break;
      }
    }
    const grantA = Number(desk.limitsA()[0]);
    expect(grantA).toBeGreaterThan(14);
    // The car still draws 11 A and may rise to its grant; now the building takes 4 A.
    const asked: number[] = [];
    let loweredAfterMs: number | null = null;
    for (let i = 1; i <= 6 && loweredAfterMs === null; i++) {
      desk.atMs += 1000;
      desk.meter(19 + 11);
      const commands = desk.pass().commands;
      asked.push(...commands.filter(c => c.type === 'ask-sample').map(c => c.connector));
      if (commands.some(c => c.type === 'set-limit' && c.change === 'decrease')) loweredAfterMs = i * 1000;
    }
    expect(asked).toEqual([0]);
    expect(loweredAfterMs).not.toBeNull();
    expect(Number(loweredAfterMs)).toBeLessThanOrEqual(3_000);
  });
});

describe('a charger that does not do what it is told', () => {
  it('rejects: the others give way in the same pass, and it is asked again later', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }] }, 0);
    desk.atMs += 1000;
    desk.meter(39 + 10);
    const first = desk.pass().commands;
    expect(first).toMatchObject([{ limitMa: 14_500 }, { limitMa: 14_500 }]);
    desk.settle(first[0]!, { ok: false, why: 'rejected' });
    desk.settle(first[1]!);
    desk.meter(39 + 10);
    const second = desk.pass().commands.filter(c => c.type === 'set-limit');
    expect(second).toMatchObject([{ connector: 1, change: 'decrease' }]);
    if (second[0]?.type === 'set-limit') expect(second[0].limitMa).toBe(9_500);
    desk.settleAll(second);
    desk.atMs += 2_000;
    const again = desk.pass().commands.filter(c => c.type === 'set-limit' && c.connector === 0);
    expect(again).toMatchObject([{ connector: 0, change: 'decrease' }]);
  });

  it('ignores: two samples above the limit and it counts at its rating, ten obeying ones bring it back', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }] }, 0);
    desk.atMs += 20_000;
    desk.draws(0, 31);
    expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(false);
    desk.atMs += 5_000;
    desk.draws(0, 31);
    expect(desk.state.connectors[0]?.ledger.uncontrolled, 'too soon for a second look').toBe(false);
    desk.atMs += 2_000;
    desk.draws(0, 31);
    expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(true);
    desk.meter(51);
    const commands = desk.pass().commands.filter(c => c.type === 'set-limit');
    expect(commands).toContainEqual(expect.objectContaining({ connector: 1, change: 'decrease' }));
    desk.settleAll(commands);
    for (let i = 0; i < 10; i++) {
      expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(true);
      desk.atMs += 13_000;
      desk.draws(0, 6);
    }
    expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(false);
  });

  it('is silent: after two seconds without an ack it counts at its old limit', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }] }, 0);
    desk.atMs += 1000;
    desk.meter(49);
    const first = desk.pass().commands;
    desk.settle(first[1]!);
    desk.atMs += 1_999;
    desk.meter(49);
    expect(desk.pass().commands.filter(c => c.type === 'set-limit')).toEqual([]);
    desk.atMs += 1;
    const second = desk.pass().commands.filter(c => c.type === 'set-limit');
    expect(second).toMatchObject([{ connector: first[1]?.connector, change: 'decrease' }]);
  });
});

describe('an unproven model', () => {
  it('counts at its rating from link loss until a new limit is believed', () => {
    const bays = [{ traits: { ...PROVEN, leaseClass: 'unknown' as const } }, {}];
    const desk = settledDesk({ bays, limits: [{ limitA: 60 }] }, 0);
    expect(desk.limitsA()).toEqual([29.4, 29.4]);
    desk.atMs += 1000;
    desk.lose(0);
    desk.meter(58.8);
    expect(desk.pass().commands).toMatchObject([{ connector: 1, change: 'decrease', limitMa: 26_800 }]);
  });
});

describe('a silent meter', () => {
  it('stops raises after 3 s and goes to the fail-safe after 10 s', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }], designLoadA: 20 }, 10);
    expect(desk.limitsA()).toEqual([14.5, 14.5]);
    const silentSinceMs = desk.atMs;
    desk.atMs = silentSinceMs + 9_000;
    expect(desk.pass().commands.filter(c => c.type === 'set-limit')).toEqual([]);
    expect(desk.last?.wakeAtMs).toBeLessThanOrEqual(silentSinceMs + 10_001);
    desk.atMs = silentSinceMs + 10_001;
    // 40 − 1 − 20 = 19 A for both.
    expect(desk.pass().commands).toMatchObject([
      { connector: 0, limitMa: 9_500 },
      { connector: 1, limitMa: 9_500 },
    ]);
    expect(desk.state.targets[0]?.reason.source).toBe('meter');
  });

  it('is believed again for raises only after three good readings', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }], designLoadA: 20 }, 10);
    expect(desk.limitsA()).toEqual([29]);
    desk.atMs += 11_000;
    desk.settleAll(desk.pass().commands);
    expect(desk.limitsA()).toEqual([19]);
    desk.atMs += 35_000;
    for (const reading of [1, 2, 3]) {
      desk.atMs += 1000;
      desk.draws(0, 19);
      desk.meter(29);
      const raises = desk.pass().commands.filter(c => c.type === 'set-limit' && c.change === 'raise');
      expect(raises.length, `after reading ${reading}`).toBe(reading < 3 ? 0 : 1);
    }
  });
});

describe('limits from outside', () => {
  const limit = (
    limitA: number | null,
    limitW: number | null,
    validUntilMs: number | null,
    failSafeA: number | null,
  ) => ({
    source: 'ems',
    circuit: 0,
    limitMa: [
      limitA === null ? 1e9 : limitA * 1000,
      limitA === null ? 1e9 : limitA * 1000,
      limitA === null ? 1e9 : limitA * 1000,
    ] as const,
    limitW,
    evOnly: false,
    validUntilMs,
    validUntilWallMs: null,
    failSafeMa: failSafeA === null ? null : ([failSafeA * 1000, failSafeA * 1000, failSafeA * 1000] as const),
    setAtMs: 0,
  });

  it('lower at once, end by themselves, and never raise a fuse', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 10);
    desk.atMs += 1000;
    desk.feed({ type: 'limits-set', source: 'ems', limits: [limit(100, null, null, null)], atMs: desk.atMs });
    expect(desk.pass().commands, 'a higher limit changes nothing').toEqual([]);
    desk.feed({
      type: 'limits-set',
      source: 'ems',
      limits: [limit(20, null, desk.atMs + 60_000, null)],
      atMs: desk.atMs,
    });
    expect(desk.pass().commands).toMatchObject([{ change: 'decrease', limitMa: 9_000 }]);
    expect(desk.state.targets[0]?.reason).toMatchObject({ source: 'ems', id: 'main' });
    expect(desk.last?.wakeAtMs).toBeLessThanOrEqual(desk.atMs + 60_000);
  });

  it('fall to their fail-safe value when nobody renews them', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 10);
    desk.atMs += 1000;
    desk.meter(39);
    desk.feed({ type: 'limits-set', source: 'ems', limits: [limit(40, null, desk.atMs + 1_000, 18)], atMs: desk.atMs });
    desk.pass();
    desk.atMs += 1_000;
    expect(desk.pass().commands).toMatchObject([{ change: 'decrease', limitMa: 7_000 }]);
  });

  it('in watts count the whole node, building included', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 63 }] }, 10);
    desk.atMs += 1000;
    desk.meter(10 + Number(desk.limitsA()[0]));
    desk.feed({ type: 'limits-set', source: 'ems', limits: [limit(null, 13_800, null, null)], atMs: desk.atMs });
    // 13.8 kW = 60 A over three phases; less 3 A margin and 30 A building leaves 9 A a phase.
    expect(desk.pass().commands).toMatchObject([{ change: 'decrease', limitMa: 9_000 }]);
  });
});

describe('a start', () => {
  it('books every charger at its rating until it is told and believed', () => {
    const desk = new Desk({ bays: [{}, {}], limits: [{ limitA: 40 }] });
    desk.connect(0);
    for (let i = 0; i < 4; i++) {
      desk.atMs += 1000;
      desk.meter(5);
    }
    desk.start(0);
    const commands = desk.pass().commands;
    // 40 − 1 − 5 − 32 (bay 2, never seen) = 2 A: below the minimum.
    expect(commands).toMatchObject([{ connector: 0, limitMa: 0 }]);
    expect(desk.state.targets[0]?.reason.source).toBe('minimum');
  });
});
