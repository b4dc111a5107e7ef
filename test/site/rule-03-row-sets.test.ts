/** Rule 3: a raise must fit now, and once more after this process is dead and every lease has lapsed. */
import { describe, expect, it } from 'vitest';
import { Desk, type SiteOptions } from './site.ts';

const UNPROVEN = { traits: { leaseClass: 'unknown' as const }, fallbackA: 6 };
const PROVEN_AT_6 = { fallbackA: 6 };

/** What the cars get in so many seconds; there is no building. */
function live(desk: Desk, seconds: number): readonly (number | null)[] {
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const limits = desk.limitsA();
    if (second % 5 === 0) for (const [bay, limit] of limits.entries()) desk.draws(bay, limit ?? 0);
    if (desk.state.meters.length > 0) desk.meter(limits.reduce<number>((sum, limit) => sum + (limit ?? 0), 0));
    desk.settleAndAnswer(desk.pass().commands);
  }
  return desk.limitsA();
}

function cars(options: SiteOptions): Desk {
  const desk = new Desk(options);
  for (const bay of options.bays.keys()) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  live(desk, 5);
  for (const bay of options.bays.keys()) desk.start(bay);
  return desk;
}

const fuse = (limitA: number) => [{ limitA }];

describe('row set 2', () => {
  it('blocks every raise where the ratings of unproven chargers do not fit, though now there is room', () => {
    // 32 + 32 A do not fit 40 A: both stay at their fallback.
    expect(live(cars({ bays: [UNPROVEN, UNPROVEN], limits: fuse(40) }), 120)).toEqual([6, 6]);
  });

  it('blocks nothing where the ratings fit', () => {
    expect(live(cars({ bays: [UNPROVEN, UNPROVEN], limits: fuse(66) }), 120)).toEqual([32, 32]);
  });

  it('counts a proven charger at what it falls to: the same two cars share 40 A less its margin', () => {
    expect(live(cars({ bays: [PROVEN_AT_6, PROVEN_AT_6], limits: fuse(40) }), 120)).toEqual([19.5, 19.5]);
  });

  it('counts the building at its design load, whatever the meter reads', () => {
    const bays = [PROVEN_AT_6, PROVEN_AT_6];
    // 28 + 6 + 6 = 40 fits, 0.1 A more does not.
    expect(live(cars({ bays, limits: fuse(40), designLoadA: 28 }), 120)).toEqual([19.5, 19.5]);
    expect(live(cars({ bays, limits: fuse(40), designLoadA: 28.1 }), 120)).toEqual([6, 6]);
  });

  it('asks nothing of a contract: a live limit holds while we live', () => {
    const contract = [{ limitA: 40, kind: 'live' as const, source: 'contract' }];
    expect(live(cars({ bays: [PROVEN_AT_6, PROVEN_AT_6], limits: contract, designLoadA: 35 }), 120)).toEqual([
      19.5, 19.5,
    ]);
  });
});

describe('a commissioning window', () => {
  const options = { bays: [UNPROVEN, UNPROVEN], limits: fuse(40) };
  const openUntil = (desk: Desk, untilMs: number) => desk.feed({ type: 'commissioning', untilMs, atMs: desk.atMs });

  it('counts a connected charger with its base at its fallback until it ends; nothing is raised after that', () => {
    const desk = cars(options);
    openUntil(desk, 90_000);
    expect(live(desk, 80)).toEqual([19.5, 19.5]);
    live(desk, 10);
    desk.draws(1, 0);
    desk.status(1, 'Available');
    // The other leaves; the first would have 32 A in the window.
    expect(live(desk, 120)[0]).toBe(19.5);
  });

  it('counts a charger whose base is not acknowledged at its rating', () => {
    const bays = [UNPROVEN, UNPROVEN, UNPROVEN];
    const inWindow = () => {
      const desk = cars({ bays, limits: fuse(40), metered: false });
      openUntil(desk, Number.POSITIVE_INFINITY);
      return desk;
    };
    expect(live(inWindow(), 120)).toEqual([13, 13, 13]);
    const desk = inWindow();
    const connectors = desk.state.connectors.map((found, bay) => (bay === 2 ? { ...found, hasBase: false } : found));
    desk.state = { ...desk.state, connectors };
    // 6 + 6 + 32 A do not fit.
    expect(live(desk, 120)).toEqual([6, 6, 6]);
  });
});
