/** Phases that a car seems to leave free: booked all the same until they are known to be. */
import { expect, test } from 'vitest';
import { exposureA, limitA, live, tellSample } from './holes-kit.ts';
import { Desk, type SiteOptions, settledDesk } from './site.ts';

const oneBay = (limitA: number): SiteOptions => ({ bays: [{}], limits: [{ limitA }] });

/** A minute in which the car of the only bay takes its whole grant on L1. */
function chargeOnL1(desk: Desk): void {
  live(desk, 60, second => {
    const grantA = limitA(desk, 0);
    if (second % 10 === 0) desk.draws(0, [grantA, 0, 0]);
    desk.meter([grantA, 0, 0]);
  });
}

test('a phase that a sample does not mention is not known to be free', () => {
  const desk = settledDesk(oneBay(40), 0);
  live(desk, 60, second => {
    if (second % 10 === 0) tellSample(desk, 'Current.Import', [30]);
    desk.meter(30);
  });
  expect(exposureA(desk, 0)[1]).toBeGreaterThanOrEqual(30);
});

test('one sample of a car on one phase does not free the others, however long ago it was', () => {
  const desk = settledDesk(oneBay(40), 0);
  desk.atMs += 1_000;
  desk.draws(0, [16, 0, 0]);
  desk.atMs += 31_000;
  expect(exposureA(desk, 0)[1]).toBeGreaterThanOrEqual(16);
});

test.each(['A', 'unknown'] as const)(
  'a charger of class %s whose link is lost is booked on all phases, for another car may have come',
  leaseClass => {
    const bays = [{ fallbackA: 6, traits: { leaseClass } }];
    const desk = settledDesk({ bays, limits: [{ limitA: 100 }], commissioning: true }, 0);
    chargeOnL1(desk);
    desk.lose(0);
    desk.atMs += 60_000;
    desk.pass();
    expect(exposureA(desk, 0)[1]).toBeGreaterThanOrEqual(6);
  },
);

test('the phases that a car left free are booked again once it has paused and resumed', () => {
  const desk = settledDesk(oneBay(100), 0);
  chargeOnL1(desk);
  expect(exposureA(desk, 0)[1]).toBe(0);
  desk.status(0, 'SuspendedEV');
  desk.atMs += 60_000;
  desk.status(0, 'Charging');
  expect(exposureA(desk, 0)[1]).toBeGreaterThan(0);
});

/**
 * The most that is granted on L2 of an unmetered feeder for cars only, 40 A hard: bay 0 has a car on three
 * phases that tells what `ownSample` says, bay 1 is wired to L2 alone.
 */
function worstOnL2(ownSample: (desk: Desk, second: number, grantA: number) => void): number {
  const bays = [{ fallbackA: 6 }, { fallbackA: 6, phases: [1] as const }];
  const desk = new Desk({ bays, metered: false, limits: [{ limitA: 40, evOnly: true }] });
  for (const bay of [0, 1]) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  live(desk, 10, () => {});
  desk.start(0);
  desk.draws(0, 0);
  const heldMa = () =>
    desk.state.connectors.map(one => (one.transaction === null ? 0 : (one.ledger.held.at(-1)?.limitMa ?? Number.NaN)));
  let worstMa = 0;
  for (let second = 0; second < 400; second++) {
    live(desk, 1, () => {
      ownSample(desk, second, limitA(desk, 0));
      if (second === 20) {
        desk.start(1);
        desk.draws(1, 0);
      }
      if (second % 10 === 9 && second > 20) desk.draws(1, limitA(desk, 1));
    });
    if (second > 20)
      worstMa = Math.max(
        worstMa,
        heldMa().reduce((sum, ma) => sum + ma, 0),
      );
  }
  return worstMa / 1_000;
}

test('a feeder of 40 A carries a car on three phases that reports L1 only', () => {
  const worstA = worstOnL2((desk, second, grantA) => {
    if (second % 10 === 0 && second > 0) tellSample(desk, 'Current.Import', [grantA]);
  });
  expect(worstA).toBeLessThanOrEqual(40);
});

test('a feeder of 40 A carries a car on three phases that was seen on one of them once, at its start', () => {
  const worstA = worstOnL2((desk, second, grantA) => {
    if (second % 60 === 1) desk.draws(0, second === 1 ? [Math.max(grantA, 16), 0, 0] : grantA);
  });
  expect(worstA).toBeLessThanOrEqual(40);
});

test('a car on one phase cannot hide behind its watts: what a sample says of each phase is taken', () => {
  const bays = [{ fallbackA: 6 }, { fallbackA: 6, phases: [0] as const }];
  const desk = new Desk({ bays, metered: false, limits: [{ limitA: 40, evOnly: true }] });
  for (const bay of [0, 1]) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  desk.start(0);
  let drawnA = 0;
  live(desk, 300, second => {
    // It stays at the most it was ever granted, whatever it is told from then on.
    drawnA = Math.max(drawnA, limitA(desk, 0));
    if (second % 10 === 0) tellSample(desk, 'Power.Active.Import', [drawnA * 230, 0, 0]);
    if (second === 100) {
      desk.start(1);
      desk.draws(1, 0);
    }
    if (second > 100 && second % 10 === 5) desk.draws(1, [limitA(desk, 1), 0, 0]);
  });
  expect(drawnA + limitA(desk, 1)).toBeLessThanOrEqual(40);
});
