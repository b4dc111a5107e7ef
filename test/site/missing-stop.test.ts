/** When a session is over though its charger never says so. */
import { expect, it } from 'vitest';
import { missingStop, STOP_MISSING_AFTER_MS } from '#site/missing-stop.ts';
import { begunBy, type Session } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';

const HOUR_MS = 3_600_000;

/** A charger with a steady link whose socket is free. */
const free = {
  topology: {
    chargers: [{ identity: 'CP1', connectors: [0] }],
    connectors: [{ index: 0, charger: 0, connectorId: 1 }],
  },
  chargers: [{ link: 'online', booted: true, linkSinceMs: 0 }],
  connectors: [{ status: 'Available' }],
} as unknown as SiteState;

const begun = (atWallMs: number): Session =>
  begunBy(
    { kind: 'transaction-started', connectorId: 1, idToken: 'A', meterStartWh: 0, atWallMs, reservationId: null },
    'CP1',
    7,
    { atWallMs, offsetMs: 0, isLive: true },
  );

it('a register that was told before our clock was set back for days is no word of a session that runs', () => {
  const wrongMs = 30 * 24 * HOUR_MS;
  const session = { ...begun(wrongMs), missingSinceWallMs: HOUR_MS };
  const wallMs = HOUR_MS + STOP_MISSING_AFTER_MS;
  expect(missingStop(free, session, true, { nowMs: 2 * HOUR_MS, wallMs })).toEqual({
    sinceWallMs: HOUR_MS,
    isDue: true,
  });
});

it('a register that was told since its socket is free begins its day anew', () => {
  const session = { ...begun(2 * HOUR_MS), missingSinceWallMs: HOUR_MS };
  const wallMs = HOUR_MS + STOP_MISSING_AFTER_MS;
  expect(missingStop(free, session, true, { nowMs: 2 * HOUR_MS, wallMs })).toEqual({
    sinceWallMs: wallMs,
    isDue: false,
  });
});
