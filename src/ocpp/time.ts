/** Times on the wire: RFC 3339 text <-> wall-clock milliseconds. */

const SHAPE = /^(\d{4}-\d\d-\d\d)[Tt\s](\d\d:\d\d)(?::(\d\d))?([.,]\d+)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)?$/;

/** 9999-12-31T23:59:59.999Z: a year of five digits is no RFC 3339. */
const LAST_WALL_MS = 253_402_300_799_999;

const STRICT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** The schemas' format `date-time`: RFC 3339, and nothing that `parseTime` cannot read. */
export function isTime(text: string): boolean {
  return STRICT.test(text) && !Number.isNaN(parseTime(text));
}

/** The time that was read last: a schema reads one, and a moment later its translation. */
let latest = { text: '', wallMs: Number.NaN };

/** Milliseconds of a time that the schema has passed; NaN for anything that is not a time. */
export function parseTime(text: string): number {
  if (text !== latest.text) latest = { text, wallMs: readTime(text) };
  return latest.wallMs;
}

function readTime(text: string): number {
  const wallMs = Date.parse(text);
  if (!Number.isNaN(wallMs)) return wallMs;
  const mended = mendTime(text);
  return mended === null ? Number.NaN : Date.parse(mended);
}

/** Always UTC with milliseconds. */
export function printTime(wallMs: number): string {
  return new Date(Math.min(Math.max(wallMs, 0), LAST_WALL_MS)).toISOString();
}

/**
 * The strict form of a time as chargers write it: without a zone (taken as UTC, as OCPP wants it), without
 * seconds, with a blank for the T, with a comma, with a short zone, or in a leap second. Null if it is no time.
 */
export function mendTime(text: string): string | null {
  const found = SHAPE.exec(text.trim());
  if (!found) return null;
  const [, date, minutes, seconds = '00', fraction = '', , sign, zoneHours, zoneMinutes = '00'] = found;
  const zone = sign === undefined ? 'Z' : `${sign}${zoneHours}:${zoneMinutes}`;
  const strict = `${date}T${minutes}:${seconds === '60' ? '59' : seconds}${fraction.replace(',', '.')}${zone}`;
  return Number.isNaN(Date.parse(strict)) ? null : strict;
}
