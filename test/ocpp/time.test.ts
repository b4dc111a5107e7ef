import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import { mendTime, parseTime, printTime } from '#ocpp/time.ts';

describe('a time as chargers write it', () => {
  const table: [string, string | null][] = [
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00', '2026-03-01T10:00:00Z'],
    ['2026-03-01 10:00:00', '2026-03-01T10:00:00Z'],
    [' 2026-03-01T10:00:00.123 ', '2026-03-01T10:00:00.123Z'],
    ['2026-03-01T10:00:00,5+0130', '2026-03-01T10:00:00.5+01:30'],
    ['2026-03-01T10:00:00-05', '2026-03-01T10:00:00-05:00'],
    ['2026-03-01T10:00', '2026-03-01T10:00:00Z'],
    ['2026-06-30T23:59:60Z', '2026-06-30T23:59:59Z'],
    ['2026-03-01', null],
    ['01.03.2026 10:00', null],
    ['2026-13-01T10:00:00', null],
    ['2026-03-01T25:00:00', null],
    ['', null],
    ['0', null],
  ];
  test.each(table)('%s', (text, strict) => {
    expect(mendTime(text)).toBe(strict);
  });

  test('what was mended passes the schema', () => {
    const schema = ACTIONS_16.get('Heartbeat')?.response;
    for (const [, strict] of table) if (strict !== null) expect(schema?.check({ currentTime: strict })).toBeNull();
  });
});

test('the schema takes no hour 24, no month 13 and no time without a zone', () => {
  const schema = ACTIONS_16.get('Heartbeat')?.response;
  for (const currentTime of ['2026-01-01T24:59:00+01:00', '2026-13-01T10:00:00Z', '2026-01-01T10:00:00', '2026-01-01'])
    expect(schema?.check({ currentTime })).toMatchObject({ code: 'PropertyConstraintViolation' });
});

test('every time that the schema passes is read as an instant', () => {
  const schema = ACTIONS_16.get('Heartbeat')?.response;
  const two = (max: number) => fc.integer({ min: 0, max }).map(value => String(value).padStart(2, '0'));
  const time = fc
    .tuple(
      fc.constantFrom('2026', '2024', '0001', '9999'),
      two(13),
      two(32),
      fc.constantFrom('T', 't', ' ', '\t'),
      two(25),
      two(60),
      two(61),
      fc.constantFrom('', '.1', '.123456789'),
      fc.constantFrom('Z', 'z', '+01:00', '-0230', '+14', ''),
    )
    .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`);
  let passed = 0;
  fc.assert(
    fc.property(time, text => {
      if (schema?.check({ currentTime: text }) !== null) return;
      passed++;
      expect(parseTime(text)).not.toBeNaN();
    }),
    { numRuns: 2_000 },
  );
  expect(passed).toBeGreaterThan(500);
});

test('a time is printed in UTC with milliseconds, and never in a year of five digits', () => {
  expect(printTime(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(printTime(1e15)).toBe('9999-12-31T23:59:59.999Z');
  expect(printTime(-1)).toBe('1970-01-01T00:00:00.000Z');
});
