/** Chargers' own clocks, and what they may still obey by them. */
import { describe, expect, it } from 'vitest';
import { Holdings, type StationTruth } from '#sim/holdings.ts';
import { emptyStack, type Stack, withProfile } from '#sim/profile-engine.ts';
import { StationClock } from '#sim/station-clock.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import { chargerWith, endless, lease } from './station-kit.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('the clock of a charger', () => {
  it('gains while it drifts, keeps what it gained, and knows when it will show an instant', async () => {
    const clock = virtualClock(NOW);
    const own = new StationClock(clock, -2000);
    own.drift(10);
    expect(own.untilMs(NOW - 2000 + 101_000)).toBe(100_000);
    await clock.run(100_000);
    expect(own.wallMs()).toBe(NOW - 2000 + 101_000);
    own.drift(0);
    await clock.run(200_000);
    expect(own.wallMs() - clock.wallMs()).toBe(-1000);
    own.set(5);
    await clock.run(200_010);
    expect(own.wallMs()).toBe(15);
  });

  it.each([
    ['that is right', 0, 0, 300_000],
    ['that runs 1 % fast', 10, 0, 297_030],
    ['that is set back by 3 s', 0, -3000, 303_000],
  ])('%s ends a lease when it says so itself', async (_, perMille, stepMs, lapsesMs) => {
    const charger = await chargerWith('polite');
    await charger.set(endless(6));
    const fromMs = charger.clock.nowMs();
    await charger.set(lease(charger.station.wallMs(), 16, 300, 6));
    charger.station.driftClock(perMille);
    if (stepMs !== 0) charger.station.setClock(charger.station.wallMs() + stepMs);
    const before = fromMs + lapsesMs - charger.clock.nowMs() - 100;
    await charger.run(before);
    expect(charger.connector.limitMa()).toBe(16_000);
    await charger.run(200);
    expect(charger.connector.limitMa()).toBe(6000);
    await charger.run(10_000);
    expect(charger.drawA()).toBe(6);
  });
});

describe('what a charger may still obey', () => {
  const connector = { connectorId: 1, ratingMa: 32_000, phases: 3, nominalV: 230 };

  /** A charger whose clock is off by so much, with what it holds. */
  function holding(errorMs: number, stack: Stack, rest: Partial<StationTruth> = {}) {
    const clock = virtualClock(NOW);
    const holdings = new Holdings({
      stack: () => stack,
      isOff: () => false,
      wallMs: () => clock.wallMs() + errorMs,
      startedWallMs: () => null,
      wattPhases: () => null,
      takes: () => true,
      ...rest,
    });
    return { clock, highestA: () => holdings.highestMa(connector) / 1000 };
  }
  const base = withProfile(emptyStack, 1, endless(8));

  it.each([
    ['right', 0],
    ['4 s fast', 4000],
    ['4 s slow', -4000],
  ])('is its lease until that lapses by its own clock (%s), then its base', async (_, errorMs) => {
    const { clock, highestA } = holding(errorMs, withProfile(base, 1, lease(NOW + errorMs, 16, 300, 8)));
    expect(highestA()).toBe(16);
    await clock.run(299_999);
    expect(highestA()).toBe(16);
    await clock.run(300_001);
    expect(highestA()).toBe(8);
  });

  it('is the fallback already 15 s before a paused car is let go', async () => {
    const { clock, highestA } = holding(2000, withProfile(base, 1, lease(NOW + 2000, 0, 900, 8)));
    await clock.run(884_999);
    expect(highestA()).toBe(0);
    await clock.run(885_000);
    expect(highestA()).toBe(8);
  });

  it('is not what it would reject', () => {
    const { highestA } = holding(0, base);
    expect(highestA()).toBe(8);
    const rejecting = new Holdings({
      stack: () => base,
      isOff: () => false,
      wallMs: () => NOW,
      startedWallMs: () => null,
      wattPhases: () => null,
      takes: () => false,
    });
    const frame = JSON.stringify([2, 'm', 'SetChargingProfile', { connectorId: 1, csChargingProfiles: endless(32) }]);
    rejecting.sent({ kind: 'set', frame, connectorId: 1, profile: endless(32) });
    expect(rejecting.highestMa(connector)).toBe(8000);
  });

  it('is a Relative schedule from its beginning, before any transaction runs', () => {
    const { startSchedule: _none, ...schedule } = endless(10).chargingSchedule;
    const relative = { ...endless(10), chargingProfileKind: 'Relative', chargingSchedule: schedule } as const;
    expect(holding(0, withProfile(emptyStack, 1, relative)).highestA()).toBe(10);
  });

  it('is all watts on one phase where a charger goes by its car', () => {
    const watts = withProfile(emptyStack, 1, endless(4600, {}, { chargingRateUnit: 'W' }));
    expect(holding(0, watts, { wattPhases: () => 1 }).highestA()).toBe(20);
    expect(holding(0, watts).highestA()).toBe(6.667);
  });
});
