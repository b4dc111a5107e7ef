/** Rule 2: what stays free for cars that plug in. */
import { describe, expect, it } from 'vitest';
import { Desk } from './site.ts';

/** Passes for so many seconds, every command acknowledged. No meter: the building is its design load, 0 A. */
function live(desk: Desk, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    desk.limitsA().forEach((limit, bay) => {
      if (desk.atMs % 10_000 === 0 && desk.state.connectors[bay]?.transaction != null) desk.draws(bay, limit ?? 0);
    });
    desk.settleAll(desk.pass().commands);
  }
}

/** Every bay of a 40 A circuit is connected and free; the margin is 1 A. */
function freeBays(fallbacksA: readonly number[]): Desk {
  const bays = fallbacksA.map(fallbackA => ({ fallbackA }));
  const desk = new Desk({ bays, limits: [{ limitA: 40 }], metered: false });
  for (const bay of bays.keys()) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  live(desk, 5);
  return desk;
}

describe('the plug-in reserve', () => {
  it('is the two largest fallbacks of the free sockets, however many are free', () => {
    for (const fallbacks of [
      [6, 6, 6],
      [6, 6, 6, 6, 6],
    ]) {
      const desk = freeBays(fallbacks);
      desk.start(0);
      live(desk, 60);
      // 40 − 1 − 2 × 6.
      expect(desk.limitsA()[0], `${fallbacks.length} sockets`).toBe(27);
    }
  });

  it('follows the largest: 10 A and 8 A stay free beside sockets of 6 A', () => {
    const desk = freeBays([6, 6, 10, 8]);
    desk.start(0);
    live(desk, 60);
    expect(desk.limitsA()[0]).toBe(21);
  });

  it('is used by whoever plugs in: the socket books its fallback from Preparing, and room for two others stays free', () => {
    const desk = freeBays([6, 6, 6, 6]);
    desk.start(0);
    live(desk, 60);
    desk.status(1, 'Preparing');
    const commands = desk.pass().commands;
    // 40 − 1 − 6 of the newcomer − 2 × 6.
    expect(commands).toMatchObject([{ connector: 0, change: 'decrease', limitMa: 21_000 }]);
  });

  it('does not stand for a socket that cannot be seen: one whose link is lost books its fallback', () => {
    const desk = freeBays([6, 6, 6, 6]);
    desk.start(0);
    live(desk, 60);
    desk.lose(3);
    expect(desk.pass().commands).toMatchObject([{ connector: 0, change: 'decrease', limitMa: 21_000 }]);
  });

  it('costs nothing where every fallback is 0', () => {
    const desk = freeBays([0, 0, 0, 0]);
    desk.start(0);
    live(desk, 60);
    expect(desk.limitsA()[0]).toBe(32);
  });
});
