/** `GET /api/v1/events`: what happened on the site, newest first, as history keeps it. */

/** So many at once: a page that shows more is not read. */
export const EVENTS_SHOWN = 200;

/** A line of the diary. Its other members depend on `what`. */
export type Happened = { readonly atWallMs: number; readonly json: string };

export type EventView = { readonly at: string; readonly what: string; readonly [member: string]: unknown };

/** Lines that are none are passed over. Instants become ISO 8601 under their own names: `validUntilWallMs` is `validUntil`. */
export const eventViews = (happened: readonly Happened[]): readonly EventView[] =>
  happened.flatMap(({ atWallMs, json }) => {
    const members = membersOf(json);
    return members === null ? [] : [{ at: iso(atWallMs), ...members }];
  });

const iso = (wallMs: number): string => new Date(wallMs).toISOString();

function membersOf(json: string): { readonly what: string } | null {
  try {
    const found: unknown = JSON.parse(json);
    if (typeof found !== 'object' || found === null) return null;
    const members: Record<string, unknown> = Object.fromEntries(Object.entries(found).map(shown));
    return typeof members.what === 'string' ? { ...members, what: members.what } : null;
  } catch {
    return null;
  }
}

const shown = ([name, value]: [string, unknown]): [string, unknown] =>
  name.endsWith('WallMs')
    ? [name.slice(0, -'WallMs'.length), typeof value === 'number' ? iso(value) : null]
    : [name, value];
