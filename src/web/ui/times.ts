/** Times of day in the reader's own language and zone. */
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const SHORT = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

export const clockTime = (wallMs: number): string => CLOCK.format(wallMs);
export const shortTime = (wallMs: number): string => SHORT.format(wallMs);

/** "18:00" today, else with its day. */
export function momentOf(iso: string, nowMs: number): string {
  const wallMs = Date.parse(iso);
  const today = new Date(wallMs).toDateString() === new Date(nowMs).toDateString();
  return today ? SHORT.format(wallMs) : `${DAY.format(wallMs)}, ${SHORT.format(wallMs)}`;
}
