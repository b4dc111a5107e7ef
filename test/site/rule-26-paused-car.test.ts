/** Rules 3, 24 and 26: setting up a charger again is no raise of a paused car. */
import { expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { triple } from '#base/units.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { settledDesk } from './site.ts';

it.each([
  ['two stack levels', {}],
  ['one stack level', { stackLevels: 1, maxPeriods: 3 }],
] as const)('a paused car whose charger with %s boots is not let on to its fallback unbooked', (_, traits) => {
  const bay = { fallbackA: 6, traits };
  const desk = settledDesk({ bays: [bay, bay], limits: [{ limitA: 40 }], designLoadA: 20 }, 10);
  const limit = { source: 'ems', circuit: 0, limitMa: triple(20_000), limitW: null, evOnly: false };
  const rest = { validUntilMs: null, validUntilWallMs: null, failSafeMa: null, setAtMs: desk.atMs };
  // 20 − 1 − 10 = 9 A: one car goes on, the other is paused.
  desk.feed({ type: 'limits-set', source: 'ems', limits: [{ ...limit, ...rest }], atMs: desk.atMs });
  for (let second = 0; second < 120; second++) {
    desk.atMs += 1_000;
    const limits = desk.limitsA().map(a => a ?? 0);
    if (second % 10 === 0) for (const [each, a] of limits.entries()) desk.draws(each, a);
    desk.meter(10 + limits.reduce((sum, a) => sum + a, 0));
    desk.settleAndAnswer(desk.pass().commands);
  }
  expect(desk.limitsA()).toEqual([9, 0]);

  desk.lose(1);
  desk.atMs += 2_000;
  desk.contact(1);
  desk.status(1, 'SuspendedEVSE');
  desk.draws(1, 0);
  desk.meter(19);
  for (let i = 0; i < 60; i++) {
    desk.atMs += 200;
    for (const command of desk.pass().commands) {
      // With one level the base takes the place of the lease, so 6 A may flow from the moment it is sent.
      if (
        command.type === 'set-up' &&
        command.charger === 1 &&
        command.step.kind === 'base' &&
        'stackLevels' in traits
      ) {
        expect(at(exposuresOf(desk.state, desk.atMs), 1)[0], 'booked before the bytes leave').toBeGreaterThanOrEqual(
          6_000,
        );
      }
      desk.settle(command);
    }
    const [first = triple(0), second = triple(0)] = exposuresOf(desk.state, desk.atMs);
    expect(first[0] + second[0], 'what both may draw of 9 A').toBeLessThanOrEqual(9_000);
  }
});
