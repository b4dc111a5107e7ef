import { describe, expect, test } from 'vitest';
import { commissioningFindings, commissioningNotes, openUntil } from '#config/commissioning.ts';
import { writtenInstant } from '#config/local-time.ts';

const BERLIN = 'Europe/Berlin';
const instant = (text: string, timezone = BERLIN) => {
  const wallMs = writtenInstant(text, timezone);
  return wallMs === null ? null : new Date(wallMs).toISOString();
};

describe('an instant as an installer writes it', () => {
  test.each([
    ['2026-03-20', '2026-03-20T23:00:00.000Z'],
    ['2026-03-20T18:00', '2026-03-20T17:00:00.000Z'],
    ['2026-03-20T18:00:30', '2026-03-20T17:00:30.000Z'],
    ['2026-03-20T18:00Z', '2026-03-20T18:00:00.000Z'],
    ['2026-03-20T18:00:00+05:30', '2026-03-20T12:30:00.000Z'],
    ['2026-03-20T18:00-08:00', '2026-03-21T02:00:00.000Z'],
    // Clocks go forward on 29 March at 2:00 and back on 25 October at 3:00.
    ['2026-03-28', '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', '2026-03-29T22:00:00.000Z'],
    ['2026-03-29T01:30', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T03:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['2026-12-31', '2026-12-31T23:00:00.000Z'],
  ])('%s in Berlin is %s', (text, utc) => expect(instant(text)).toBe(utc));

  test.each([
    ['2026-02-29'],
    ['2026-13-01'],
    ['2026-03-20T25:00'],
    ['2026-03-20 18:00'],
    ['20.03.2026'],
    ['2026-03-20T18:00+15:00'],
    [''],
  ])('"%s" is none', text => expect(instant(text)).toBeNull());

  test('is none in a zone that is none', () => expect(instant('2026-03-20', 'Europe/Berlim')).toBeNull());
});

describe('the commissioning window', () => {
  const NOW = Date.UTC(2026, 2, 10, 12);
  const DAY_MS = 86_400_000;
  const draft = (until?: string) => ({
    site: { name: 'Yard', timezone: 'UTC' },
    ...(until === undefined ? {} : { commissioning: { until } }),
  });
  const seen = (until: string | undefined, nowWallMs = NOW) => ({
    open: openUntil(draft(until), nowWallMs),
    problems: commissioningFindings(draft(until), nowWallMs).length,
    notes: commissioningNotes(draft(until), nowWallMs).length,
  });

  test('is not there unless somebody opens it', () => {
    expect(seen(undefined)).toEqual({ open: null, problems: 0, notes: 0 });
  });

  test('is open up to 14 days from now, and no second longer', () => {
    expect(seen('2026-03-24T12:00:00Z')).toEqual({ open: NOW + 14 * DAY_MS, problems: 0, notes: 0 });
    expect(seen('2026-03-24T12:00:01Z')).toEqual({ open: null, problems: 1, notes: 0 });
  });

  test('closes by itself, and a file that still names it runs', () => {
    expect(seen('2026-03-10T12:00:01Z').open).toBe(NOW + 1000);
    expect(seen('2026-03-10T12:00:00Z')).toEqual({ open: null, problems: 0, notes: 1 });
  });

  test('does not open by a clock that was never set, and does not keep the gateway from starting', () => {
    expect(seen('2026-03-12', 5 * DAY_MS)).toEqual({ open: null, problems: 0, notes: 1 });
  });
});
