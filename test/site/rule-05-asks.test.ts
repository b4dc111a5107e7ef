/** Rules 4 and 5: the order of commands, and when a charger is asked for a sample. */
import { describe, expect, it } from 'vitest';
import type { GateCommand } from '#site/gate/decision.ts';
import { Desk, PROVEN, settledDesk } from './site.ts';

const wish = (desk: Desk, connector: number, limitA: number | null) =>
  desk.feed({
    type: 'wish-set',
    connector,
    wish: limitA === null ? null : { limitMa: limitA * 1000, limitW: null },
    atMs: desk.atMs,
  });

/** Cars on a circuit without a meter and a building, every one with what it may get, and silent from then on. */
function settledCars(bays: number, limitA: number, leaseClass: 'A' | 'B'): Desk {
  const desk = new Desk({
    bays: Array.from({ length: bays }, () => ({ traits: { ...PROVEN, leaseClass } })),
    limits: [{ limitA }],
    metered: false,
    commissioning: true,
  });
  for (let bay = 0; bay < bays; bay++) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  for (let second = 0; second < 120; second++) {
    desk.atMs += 1_000;
    if (second === 2) for (let bay = 0; bay < bays; bay++) desk.start(bay);
    if (second % 10 === 9) for (const [bay, grant] of desk.limitsA().entries()) desk.draws(bay, grant ?? 0);
    desk.settleAll(desk.pass().commands);
  }
  return desk;
}

/** What leaves in each second from now, acknowledged at once. */
function passes(desk: Desk, seconds: number): readonly (readonly [second: number, command: GateCommand])[] {
  return Array.from({ length: seconds }, (_, second) => {
    const { commands } = desk.pass();
    desk.settleAll(commands);
    desk.atMs += 1_000;
    return commands.map(command => [second, command] as const);
  }).flat();
}

describe('the commands of one pass', () => {
  it('are the decreases first, the largest before the others, so that the fewest relieve the most', () => {
    const desk = settledCars(3, 100, 'A');
    expect(desk.limitsA()).toEqual([32, 32, 32]);
    wish(desk, 0, 28);
    wish(desk, 1, 8);
    wish(desk, 2, 20);
    expect(desk.pass().commands).toMatchObject([
      { connector: 1, change: 'decrease', limitMa: 8_000 },
      { connector: 2, change: 'decrease', limitMa: 20_000 },
      { connector: 0, change: 'decrease', limitMa: 28_000 },
    ]);
  });

  it('are the raise that already fits only after the decreases', () => {
    const desk = settledCars(2, 97, 'A');
    wish(desk, 1, 8);
    passes(desk, 80);
    expect(desk.limitsA()).toEqual([32, 8]);
    wish(desk, 0, 10);
    wish(desk, 1, null);
    expect(desk.pass().commands).toMatchObject([
      { connector: 0, change: 'decrease' },
      { connector: 1, change: 'raise' },
    ]);
  });
});

const asks = (sent: ReturnType<typeof passes>): readonly (readonly number[])[] =>
  sent.flatMap(([second, { type, connector }]) => (type === 'ask-sample' ? [[second, connector]] : []));

describe('a raise that waits for a charger that says nothing', () => {
  it('has it asked 12 s after its ack; from 25 s after it the plan counts it at its old limit, and it is asked once a minute', () => {
    const desk = settledCars(2, 40, 'B');
    expect(desk.limitsA()).toEqual([19.5, 19.5]);
    wish(desk, 0, 10);
    expect(asks(passes(desk, 25))).toEqual([[12, 0]]);
    expect(desk.state.targets[1]?.targetMa).toBe(29_000);
    expect(asks(passes(desk, 60))).toEqual([[47, 0]]);
    expect(desk.state.targets[1]?.targetMa).toBe(19_500);
    expect(desk.state.targets[0]?.reason.text).toBe('has not given way in time: counted at what it may still draw');
  });

  it('never has it asked twice in a minute, and is never believed by time on a model that is not proven', () => {
    const desk = settledCars(2, 40, 'B');
    wish(desk, 0, 10);
    const mine = passes(desk, 900).filter(([, { connector }]) => connector === 0);
    const seconds = asks(mine).map(([second]) => second ?? 0);
    expect(seconds.length).toBeGreaterThan(1);
    seconds.slice(1).forEach((second, i) => {
      expect(second - (seconds[i] ?? 0)).toBeGreaterThanOrEqual(60);
    });
    expect(desk.limitsA()).toEqual([10, 19.5]);
  });

  it('leaves a minute after the ack where the model is proven', () => {
    const desk = settledCars(2, 40, 'A');
    wish(desk, 0, 10);
    const raises = passes(desk, 90).filter(([, command]) => command.type === 'set-limit' && command.change === 'raise');
    expect(raises).toMatchObject([[60, { connector: 1, limitMa: 29_000 }]]);
  });
});

it('a charger that says nothing of its clock is asked for a sample once a minute, as long as a car is there', () => {
  const desk = new Desk({
    bays: [{ traits: { ...PROVEN, readsBack: false } }],
    limits: [{ limitA: 40 }],
    metered: false,
  });
  desk.connect(0);
  desk.start(0);
  expect(asks(passes(desk, 200)).map(([second]) => second)).toEqual([0, 60, 120, 180]);
});

describe('a car that is seen above its limit', () => {
  it('is asked again at once and every three seconds, so that the others give way for what it rises to', () => {
    const desk = settledCars(2, 40, 'A');
    expect(desk.limitsA()).toEqual([19.5, 19.5]);
    wish(desk, 0, 10);
    passes(desk, 20);
    desk.draws(0, 14);
    expect(asks(passes(desk, 7))).toEqual([
      [0, 0],
      [3, 0],
      [6, 0],
    ]);
    desk.draws(0, 10);
    expect(asks(passes(desk, 20)), 'it obeys after all').toEqual([]);
  });

  it('counts at its rating while it rises, until a sample shows where it stays', () => {
    const desk = settledCars(2, 50, 'A');
    wish(desk, 0, 10);
    passes(desk, 40);
    desk.draws(0, 10);
    const target = () => (desk.pass().targets[1]?.targetMa ?? 0) / 1000;
    expect(target(), 'all that the fuse leaves beside 10 A').toBe(32);
    desk.draws(0, 14);
    expect(target(), '50 A less the margin and a rating of 32 A').toBe(17);
    desk.atMs += 2_000;
    desk.draws(0, 14);
    expect(target(), 'it stays at 14 A').toBe(32);
  });
});

describe('a reading that falls', () => {
  it('has those asked whose word is too old to tell whether it was their car, and nobody else', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 50 }], designLoadA: 20 }, 5);
    desk.draws(0, 10);
    desk.atMs += 18_000;
    desk.draws(1, 10);
    desk.meter(25);
    const asked = () =>
      desk.pass().commands.flatMap(({ type, connector }) => (type === 'ask-sample' ? [connector] : []));
    expect(asked(), 'nothing has fallen').toEqual([]);
    desk.atMs += 1_000;
    desk.meter(15);
    expect(asked()).toEqual([0]);
  });
});
