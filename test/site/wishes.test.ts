/** What the back office allows a socket (rule 12). */
import { describe, expect, it } from 'vitest';
import type { CsmsWish } from '#site/state.ts';
import { Desk, settledDesk } from './site.ts';

const one = { bays: [{}], limits: [{ limitA: 40 }] };

/** A car that draws `amps` on each phase of what it is granted, for so many seconds, with samples every 5 s. */
function live(desk: Desk, seconds: number, draws: (grantA: number) => readonly [number, number, number]): void {
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const drawn = draws(desk.limitsA()[0] ?? 0);
    if (second % 5 === 0) desk.draws(0, drawn);
    desk.meter(drawn);
    desk.settleAll(desk.pass().commands);
  }
}

const wish = (desk: Desk, csms: CsmsWish | null) =>
  desk.feed({ type: 'wish-set', connector: 0, wish: csms, atMs: desk.atMs });
const reasonOf = (desk: Desk) => desk.state.targets[0]?.reason;

describe('a limit of the back office', () => {
  it('caps the socket, and the page says who did', () => {
    const desk = settledDesk(one, 0);
    wish(desk, { limitMa: 10_000, limitW: null });
    live(desk, 5, a => [a, a, a]);
    expect(desk.limitsA()).toEqual([10]);
    expect(reasonOf(desk)).toMatchObject({ source: 'csms' });
    wish(desk, null);
    live(desk, 60, a => [a, a, a]);
    expect(desk.limitsA()).toEqual([32]);
  });

  it('in watts below the minimum of three phases pauses a three-phase car at once, and says what it needs', () => {
    const desk = settledDesk(one, 0);
    wish(desk, { limitMa: null, limitW: 2_000 });
    live(desk, 5, a => [a, a, a]);
    // It charged until now, so its phases are known, and 2 kW are 2.9 A on each of three.
    expect(desk.limitsA()).toEqual([0]);
    expect(reasonOf(desk)?.text).toBe('the back office allows 2 kW, needs 4.1 kW');
  });

  it('lets a car whose phases are not known try for one minute, once in a session', () => {
    const desk = new Desk(one);
    desk.connect(0);
    desk.status(0, 'Available');
    for (let second = 0; second < 5; second++) {
      desk.atMs += 1_000;
      desk.meter(0);
      desk.settleAll(desk.pass().commands);
    }
    desk.start(0);
    wish(desk, { limitMa: null, limitW: 2_000 });
    live(desk, 20, a => [a, a, a]);
    expect(desk.limitsA()).toEqual([6]);
    live(desk, 40, a => [a, a, a]);
    expect(desk.limitsA()).toEqual([0]);
    live(desk, 300, () => [0, 0, 0]);
    expect(desk.limitsA(), 'no second try').toEqual([0]);
  });

  it('is enough for a car that turns out to use one phase', () => {
    const desk = new Desk(one);
    desk.connect(0);
    desk.status(0, 'Available');
    for (let second = 0; second < 5; second++) {
      desk.atMs += 1_000;
      desk.meter(0);
      desk.settleAll(desk.pass().commands);
    }
    desk.start(0);
    wish(desk, { limitMa: null, limitW: 2_000 });
    live(desk, 120, a => [a, 0, 0]);
    // 2 kW at 230 V on one phase.
    expect(desk.limitsA()).toEqual([8.6]);
  });
});
