/** Instants as an installer writes and reads them: in the site's own zone. */

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?$/;
const DAY_MS = 86_400_000;

/**
 * The wall time that a text means, ms; null where it means none. A date alone means the end of that day;
 * a time without Z or an offset is the clock on the wall in `timezone`, an IANA name.
 */
export function writtenInstant(text: string, timezone: string): number | null {
  const found = WRITTEN.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset] = found;
  const asUtc = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const utcMs = Date.parse(asUtc);
  // 30 February parses as 2 March, or not at all.
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString() !== asUtc) return null;
  if (offset !== undefined) return offsetMs(offset) === null ? null : utcMs - (offsetMs(offset) ?? 0);
  return fromLocal(found[4] === undefined ? utcMs + DAY_MS : utcMs, timezone);
}

function offsetMs(offset: string): number | null {
  if (offset === 'Z') return 0;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  if (hours > 14 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Twice, since the first guess may stand on the other side of a change of clocks. */
function fromLocal(localMs: number, timezone: string): number | null {
  const first = zoneMs(localMs, timezone);
  const second = first === null ? null : zoneMs(localMs - first, timezone);
  return second === null ? null : localMs - second;
}

/** How far a zone is ahead of UTC at an instant; null for no zone at all. */
function zoneMs(wallMs: number, timezone: string): number | null {
  const local = localParts(wallMs, timezone);
  return local === null ? null : Date.parse(`${local.date}T${local.time}Z`) - wallMs;
}

function localParts(wallMs: number, timezone: string) {
  try {
    // The Swedish way of writing is ISO's.
    const written = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
    const [date = '', time = ''] = written.format(wallMs).split(' ');
    return { date, time };
  } catch {
    return null;
  }
}

/** `2026-03-20 18:00 (Europe/Berlin)`. */
export function localTime(wallMs: number, timezone: string): string {
  const local = localParts(wallMs, timezone);
  if (local === null) return new Date(wallMs).toISOString();
  return `${local.date} ${local.time.slice(0, 5)} (${timezone})`;
}
