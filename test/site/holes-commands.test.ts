/** Commands that fail, stay unanswered or come too early: what is sent next, and how soon. */
import { expect, test } from 'vitest';
import { at } from '#base/assert.ts';
import type { Failure } from '#base/outcome.ts';
import { fail, limitA, live, newestHeld, order } from './holes-kit.ts';
import { Desk, settledDesk } from './site.ts';

/** Seconds until the decrease leaves that 33 A of building call for, after six raises that came to nothing. */
function decreaseAfterRefusedRaises(why: Failure): number {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 25);
  const hadA = limitA(desk, 0);
  let refused = 0;
  for (let second = 0; second < 900 && refused < 6; second++) {
    desk.atMs += 1_000;
    if (second % 10 === 0) desk.draws(0, hadA);
    desk.meter(5 + hadA);
    for (const command of desk.pass().commands) {
      if (command.type !== 'set-limit') continue;
      if (command.change !== 'raise') desk.settle(command);
      else {
        fail(desk, command, why);
        refused++;
      }
    }
  }
  expect(refused).toBe(6);
  const before = desk.sent.length;
  for (let second = 0; second < 90; second++) {
    desk.atMs += 1_000;
    desk.meter(33 + hadA);
    desk.settleAll(desk.pass().commands);
    if (desk.sent.slice(before).some(command => command.change === 'decrease')) return second;
  }
  return Number.POSITIVE_INFINITY;
}

test('a decrease is not held back because a full disk held back the raises before it', () => {
  expect(decreaseAfterRefusedRaises('unstored')).toBeLessThanOrEqual(3);
});

test('a decrease is not held back because the charger rejected the raises before it', () => {
  expect(decreaseAfterRefusedRaises('rejected')).toBeLessThanOrEqual(3);
});

test('a pause whose refresh times out twice is said again as soon as the charger answers, before it lapses up', () => {
  const desk = settledDesk({ bays: [{ fallbackA: 6 }], limits: [{ limitA: 63 }] }, 5);
  order(desk, 0);
  let silent = 0;
  let answeredAtMs = 0;
  let toldAfterMs: number | null = null;
  const untilMs = desk.atMs + 1_200_000;
  const idleSecond = () => {
    desk.atMs += 1_000;
    desk.draws(0, 0);
    desk.meter(5);
  };
  while (desk.atMs < untilMs) {
    idleSecond();
    for (const command of desk.pass().commands) {
      if (command.type !== 'set-limit') continue;
      if (command.change === 'refresh' && silent < 2) {
        silent++;
        for (let second = 0; second < 5; second++) idleSecond();
        desk.settle(command, { ok: false, why: 'timeout' });
        answeredAtMs = desk.atMs;
      } else {
        if (silent === 2) toldAfterMs ??= desk.atMs - answeredAtMs;
        desk.settle(command);
      }
    }
  }
  expect(silent).toBe(2);
  expect(toldAfterMs, 'said again').not.toBeNull();
  expect(toldAfterMs).toBeGreaterThanOrEqual(0);
  expect(toldAfterMs).toBeLessThan(65_000);
});

test('a model that cannot be read back is not set up anew by a mere reconnect', () => {
  const desk = settledDesk({ bays: [{ fallbackA: 6, traits: { readsBack: false } }], limits: [{ limitA: 63 }] }, 0);
  desk.lose(0);
  desk.atMs += 1_000;
  const generation = at(desk.state.chargers, 0).generation + 1;
  desk.feed({ type: 'charger-connected', charger: 0, generation, ocppVersion: '1.6', atMs: desk.atMs });
  expect(at(desk.state.chargers, 0).setup.todo).toHaveLength(0);
});

test('a pause that was told before the clock was known gets its end once it is', () => {
  const desk = new Desk({ bays: [{ fallbackA: 6, traits: { readsBack: false } }], limits: [{ limitA: 63 }] });
  desk.connect(0);
  order(desk, 0);
  desk.status(0, 'Charging');
  live(desk, 1_800, second => {
    desk.meter(5);
    if (second > 30 && second % 10 === 0) desk.draws(0, 0);
  });
  expect(newestHeld(desk, 0)).toMatchObject({ limitMa: 0, lapseMa: 6_000 });
});
