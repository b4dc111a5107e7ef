/** What the building is taken to draw, from what its meter reads and what is known of the cars (rules 13 to 15). */
import { describe, expect, it } from 'vitest';
import { settledDesk } from './site.ts';

describe('a car on a charger that does not obey', () => {
  it('counts as a car with all that it draws, and nothing of it as the building', () => {
    const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 40 }], designLoadA: 20 }, 5);
    expect(desk.limitsA()).toEqual([17, 17]);
    // The first car takes 25 A whatever it is told; the building draws 5 A all the time.
    for (let second = 1; second <= 180; second++) {
      desk.atMs += 1000;
      const others = Number(desk.limitsA()[1]);
      desk.meter(5 + 25 + others);
      if (second % 10 === 0) {
        desk.draws(0, 25);
        desk.draws(1, others);
      }
      desk.settleAndAnswer(desk.pass().commands, bay => (bay === 0 ? 25 : others));
    }
    expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(true);
    expect(desk.state.backgrounds[0]).toMatchObject({ heldMa: [5000, 5000, 5000, 15000], excessMa: [0, 0, 0, 0] });
    expect(desk.state.backgrounds[0]?.highMa).toEqual([5000, 5000, 5000, 15000]);
  });
});
