/** Rules 5 and 13: chargers that send a sample a minute, on a row where somebody waits for more. */
import { describe, expect, it } from 'vitest';
import { Desk } from './site.ts';

const CARS = 4;
const MINUTE_S = 60;

type Life = {
  /** Limits in A at the end. */
  readonly limitsA: readonly (number | null)[];
  /** Questions in each minute. */
  readonly asked: readonly number[];
};

/** Four cars on 63 A beside a building of 5 A, that have to begin low: it draws 30 A for the first minute. */
function live(minutes: number, answersAfterS: (bay: number, second: number) => number | null): Life {
  const desk = new Desk({ bays: Array.from({ length: CARS }, () => ({})), limits: [{ limitA: 63 }], designLoadA: 30 });
  const bays = Array.from({ length: CARS }, (_, bay) => bay);
  for (const bay of bays) desk.connect(bay);
  for (const bay of bays) desk.status(bay, 'Available');
  const drawA = (bay: number) => desk.limitsA()[bay] ?? 0;
  const answers: { readonly bay: number; readonly atS: number }[] = [];
  const asked = new Array<number>(minutes).fill(0);
  for (let second = 0; second < minutes * MINUTE_S; second++) {
    desk.atMs = second * 1000;
    if (second === 5) for (const bay of bays) desk.start(bay);
    const speaks = (bay: number) =>
      answers.some(answer => answer.bay === bay && answer.atS === second) ||
      (second % MINUTE_S === 10 + 14 * bay && answersAfterS(bay, second) !== null);
    if (second > 5) for (const bay of bays) if (speaks(bay)) desk.draws(bay, drawA(bay));
    desk.meter((second < MINUTE_S ? 30 : 5) + bays.reduce((sum, bay) => sum + (second > 5 ? drawA(bay) : 0), 0));
    const { commands } = desk.pass();
    desk.settleAll(commands);
    for (const { type, connector } of commands) {
      if (type !== 'ask-sample') continue;
      asked[Math.floor(second / MINUTE_S)] = (asked[Math.floor(second / MINUTE_S)] ?? 0) + 1;
      const afterS = answersAfterS(connector, second);
      if (afterS !== null) answers.push({ bay: connector, atS: second + afterS });
    }
  }
  return { limitsA: desk.limitsA(), asked };
}

describe('four chargers that send a sample a minute', () => {
  it('are asked twice in a minute while one waits for more, until all have what the fuse gives them', () => {
    const { limitsA, asked } = live(25, () => 1);
    for (const amps of limitsA) expect(amps).toBeGreaterThan(13.5);
    expect(Math.max(...asked.slice(2)), 'a decrease that is due may ask a third time').toBeLessThanOrEqual(3 * CARS);
    expect(asked.at(-1), 'nobody waits any more').toBe(0);
  });

  it('of which one falls silent do not wait for it, and are asked no more often for it', () => {
    const { limitsA, asked } = live(25, (bay, second) => (bay === 3 && second > 90 ? null : 1));
    for (const amps of limitsA.slice(0, 3)) expect(amps).toBeGreaterThan(10);
    expect(Math.max(...asked.slice(-5))).toBeLessThanOrEqual(2 * CARS);
  });

  it('that answer after many seconds are not asked more than others', () => {
    const { asked } = live(15, () => 9);
    expect(Math.max(...asked.slice(2))).toBeLessThanOrEqual(2 * CARS);
  });
});
