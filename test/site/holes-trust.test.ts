/** What is not taken on trust: a status that is late, a box that was exchanged, a building that no meter sees. */
import { expect, test } from 'vitest';
import { at } from '#base/assert.ts';
import { exposureA, limitA, live, order, tell, tellStart } from './holes-kit.ts';
import { Desk, PROVEN, settledDesk } from './site.ts';

const BAYS = [{ fallbackA: 6 }, { fallbackA: 6 }];

/** Bays that were set up and told their limits, no car anywhere. */
function freeDesk(bays: typeof BAYS, fuseA: number): Desk {
  const desk = new Desk({ bays, limits: [{ limitA: fuseA }] });
  for (const bay of bays.keys()) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  live(desk, 20, () => desk.meter(0));
  return desk;
}

test('a transaction on a socket whose status is still Available is a car', () => {
  const desk = freeDesk(BAYS, 40);
  tellStart(desk);
  desk.atMs += 1_000;
  expect(exposureA(desk, 0)[0]).toBeGreaterThanOrEqual(6);
});

test('a decrease for a car whose status is still Available is not believed at its acknowledgement', () => {
  const desk = freeDesk(BAYS.slice(0, 1), 63);
  tellStart(desk);
  // The sample that opened the transaction told the clock; the next come every 60 s only.
  desk.draws(0, 0);
  live(desk, 90, second => {
    if (second === 45) desk.draws(0, limitA(desk, 0));
    desk.meter(limitA(desk, 0));
  });
  const hadA = limitA(desk, 0);
  expect(hadA).toBeGreaterThan(30);
  // The car has 10 s to follow, and books what it had until it was seen to do so.
  order(desk, 10);
  desk.settleAll(desk.pass().commands);
  expect(limitA(desk, 0)).toBe(10);
  desk.atMs += 200;
  expect(exposureA(desk, 0)[0]).toBeGreaterThanOrEqual(hadA);
});

test('another model under the same identity holds nothing of what the one before it was told', () => {
  const desk = settledDesk({ bays: [{ fallbackA: 6 }], limits: [{ limitA: 63 }] }, 55);
  desk.lose(0);
  desk.atMs += 600_000;
  desk.pass();
  const generation = at(desk.state.chargers, 0).generation + 1;
  desk.feed({ type: 'charger-connected', charger: 0, generation, ocppVersion: '1.6', atMs: desk.atMs });
  const boot = { kind: 'boot', vendor: 'W', model: 'Other', serial: 'new', firmware: '1' } as const;
  tell(desk, boot, 1, { ...PROVEN, profileId: 'other' });
  desk.status(0, 'Charging');
  expect(exposureA(desk, 0)[0]).toBeGreaterThanOrEqual(32);
});

/** What two cars that take all they are granted may take together, so many seconds after the meter fell silent. */
function grantedWithoutMeter(desk: Desk, seconds: number, each: (second: number) => void = () => {}): number {
  live(desk, seconds, second => {
    each(second);
    if (second % 10 === 0) for (const bay of [0, 1]) desk.draws(bay, limitA(desk, bay));
  });
  return limitA(desk, 0) + limitA(desk, 1);
}

test('a fail-safe current does not lift the hard limit: the building may draw its design load', () => {
  const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 63 }], designLoadA: 40, failSafeA: 60 }, 5);
  expect(grantedWithoutMeter(desk, 900) + 40).toBeLessThanOrEqual(63);
});

test('a fail-safe current does not lift an order from outside that comes while the meter is silent', () => {
  const desk = settledDesk({ bays: [{}, {}], limits: [{ limitA: 100 }], designLoadA: 20, failSafeA: 40 }, 20);
  const grantedA = grantedWithoutMeter(desk, 300, second => {
    if (second === 60) order(desk, 30, false);
  });
  expect(grantedA + 20).toBeLessThanOrEqual(30);
});
