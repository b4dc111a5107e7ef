import { describe, expect, it } from 'vitest';
import { Desk, type SiteOptions } from './site.ts';

/** The site with a building of 5 A and bay 1 plugged in, after the first passes with a believed meter. */
function plugged(options: SiteOptions, limitA: number | null): Desk {
  const desk = new Desk(options);
  for (const bay of options.bays.keys()) desk.connect(bay);
  if (limitA !== null) capped(desk, limitA);
  for (let s = 0; s < 4; s++) {
    desk.atMs += 1000;
    desk.meter(5);
  }
  desk.start(0);
  desk.pass();
  return desk;
}

function capped(desk: Desk, limitA: number): void {
  const limitMa = [limitA * 1000, limitA * 1000, limitA * 1000] as const;
  const open = { limitW: null, evOnly: false, validUntilMs: null, validUntilWallMs: null, failSafeMa: null };
  desk.state = {
    ...desk.state,
    outsideLimits: [{ source: 'ems', circuit: 0, limitMa, ...open, setAtMs: desk.atMs }],
  };
}

const reasonOf = (desk: Desk, bay: number) => desk.state.targets[bay]?.reason;

describe('a reason names what binds', () => {
  it('and, where a car cannot have its minimum, whose limit leaves no room', () => {
    const desk = plugged({ bays: [{}] }, 10);
    expect(reasonOf(desk, 0)).toMatchObject({ source: 'minimum', id: 'main', row: 0, limit: 'ems' });
    expect(reasonOf(desk, 0)?.text).toBe('needs 6 A, no room left: ems limit of Main fuse, L1');
  });

  it('and, where a raise waits for others, which limit it waits for', () => {
    const desk = plugged({ bays: [{}, {}] }, 40);
    desk.settleAndAnswer(desk.last?.commands ?? []);
    for (let s = 0; s < 10; s++) {
      desk.atMs += 1000;
      desk.draws(0, 32);
      desk.meter(37);
    }
    // Of 40 − 1 − 5 A both get 17: bay 2 as soon as bay 1 is seen to have come down from 32.
    desk.start(1);
    desk.settleAll(desk.pass().commands);
    expect(reasonOf(desk, 1)).toMatchObject({ source: 'transit', id: 'main', limit: 'ems' });
  });

  it('and a charger by its identity', () => {
    const desk = plugged({ bays: [{ maxA: 16 }, {}], limits: [{ limitA: 160 }] }, null);
    expect(reasonOf(desk, 0)).toMatchObject({ source: 'charger', id: 'CP1', row: null });
    expect(reasonOf(desk, 1)).toMatchObject({ source: 'fallback', id: 'CP2', row: null });
  });
});
