/**
 * Two books of the same sessions: what chargers were given an answer for, and what the back office has written
 * down. Written apart from the gateway; whatever differs is a fault in words.
 */

/** One session as its charger knows it. */
export type Held = {
  readonly charger: string;
  /** The process of the gateway in whose time it began; for people. */
  readonly life: number;
  /** The connector's number at the back office. */
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterStart: number;
  /** No two of a charger are the same. */
  readonly startedAt: string;
  /** The gateway's id for it; null until its start was answered. */
  transactionId: number | null;
  /** Null while it runs. */
  stop: { readonly meterStop: number; readonly endedAt: string; isAnswered: boolean } | null;
};

/** One message as the back office wrote it down; a message that came again, with the same id, is not written again. */
export type Entry =
  | {
      readonly what: 'start';
      readonly connectorId: number;
      readonly idTag: string;
      readonly meterStart: number;
      readonly timestamp: string;
      /** The back office's own. */
      readonly transactionId: number;
    }
  | {
      readonly what: 'stop';
      readonly transactionId: number;
      readonly idTag: string | null;
      readonly meterStop: number;
      readonly timestamp: string;
    };

type Start = Extract<Entry, { what: 'start' }> & { readonly place: number };
type Stop = Extract<Entry, { what: 'stop' }> & { readonly place: number };

/** @param journal in the order in which it was written. Every charger has had its last answer */
export function compareBooks(held: readonly Held[], journal: readonly Entry[]): readonly string[] {
  const placed = journal.map((entry, place) => ({ ...entry, place }));
  const starts = placed.filter((entry): entry is Start => entry.what === 'start');
  const stops = placed.filter((entry): entry is Stop => entry.what === 'stop');
  const known = new Set(held.map(keyOf));
  const given = new Set(starts.map(start => start.transactionId));
  const startsOf = grouped(starts, start => keyOfStart(start));
  const stopsOf = grouped(stops, stop => String(stop.transactionId));
  return [
    ...unanswered(held),
    ...held.flatMap(session => faultsOf(session, startsOf.get(keyOf(session)) ?? [], stopsOf)),
    ...starts.filter(start => !known.has(keyOfStart(start))).map(start => `nobody began ${keyOfStart(start)}`),
    ...stops.filter(stop => !given.has(stop.transactionId)).map(stop => `a stop of nothing: ${JSON.stringify(stop)}`),
    ...disordered(held, startsOf, stopsOf),
    ...sharedIds(held),
  ];
}

/** What makes a start this one: the socket, the card and the time. The register is compared. */
const keyOf = ({ connectorId, idTag, startedAt }: Held): string => `${connectorId} ${idTag} ${timeOf(startedAt)}`;
const keyOfStart = ({ connectorId, idTag, timestamp }: Start): string => `${connectorId} ${idTag} ${timeOf(timestamp)}`;
const nameOf = (session: Held): string => `${keyOf(session)}, begun in life ${session.life},`;
const timeOf = (text: string): string => new Date(text).toISOString();

function grouped<T>(list: readonly T[], key: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(key(each));
    if (group === undefined) groups.set(key(each), [each]);
    else group.push(each);
  }
  return groups;
}

/** Once everything has been let come to its end, nobody waits. */
const unanswered = (held: readonly Held[]): readonly string[] =>
  held.flatMap(session => [
    ...(session.transactionId === null ? [`never answered: the start of ${nameOf(session)}`] : []),
    ...(session.stop?.isAnswered === false ? [`never answered: the stop of ${nameOf(session)}`] : []),
  ]);

function faultsOf(
  session: Held,
  starts: readonly Start[],
  stopsOf: ReadonlyMap<string, readonly Stop[]>,
): readonly string[] {
  const name = nameOf(session);
  const [start] = starts;
  if (start === undefined) return session.transactionId === null ? [] : [`missing: the start of ${name}`];
  if (starts.length > 1) return [`doubled: the start of ${name}, ${starts.length} times`];
  const stops = stopsOf.get(String(start.transactionId)) ?? [];
  return [
    ...(start.meterStart === session.meterStart
      ? []
      : [`wrong register: ${name} began at ${session.meterStart} Wh, not ${start.meterStart}`]),
    ...stopFaults(session, start, stops),
  ];
}

function stopFaults(session: Held, start: Start, stops: readonly Stop[]): readonly string[] {
  const { stop } = session;
  const name = nameOf(session);
  const [found] = stops;
  if (found === undefined) return stop?.isAnswered ? [`missing: the stop of ${name}`] : [];
  if (stops.length > 1) return [`doubled: the stop of ${name}, ${stops.length} times`];
  if (stop === null) return [`nobody ended ${name}`];
  const isOurs = timeOf(found.timestamp) === timeOf(stop.endedAt) && (found.idTag ?? session.idTag) === session.idTag;
  return [
    ...(isOurs
      ? []
      : [`bound to another session: the stop of ${name} is that of ${found.idTag} at ${found.timestamp}`]),
    ...(found.meterStop === stop.meterStop
      ? []
      : [`wrong register: ${name} ended at ${stop.meterStop} Wh, not ${found.meterStop}`]),
    ...(found.place > start.place ? [] : [`out of order: ${name} ends before it begins`]),
  ];
}

/** A socket's sessions come in the order in which they were: each ends before the next begins. */
function disordered(
  held: readonly Held[],
  startsOf: ReadonlyMap<string, readonly Start[]>,
  stopsOf: ReadonlyMap<string, readonly Stop[]>,
): readonly string[] {
  return [...grouped(held, session => session.charger).values()].flatMap(sessions => {
    let last = -1;
    return sessions.flatMap(session => {
      const start = startsOf.get(keyOf(session))?.[0];
      const stop = start === undefined ? undefined : stopsOf.get(String(start.transactionId))?.[0];
      const isLate = start !== undefined && start.place < last;
      last = Math.max(last, start?.place ?? -1, stop?.place ?? -1);
      return isLate ? [`out of order: ${nameOf(session)} begins before the one before it has ended`] : [];
    });
  });
}

/** Ids that chargers are given stand for one session each. */
function sharedIds(held: readonly Held[]): readonly string[] {
  const ids = grouped(
    held.filter(session => session.transactionId !== null),
    session => String(session.transactionId),
  );
  return [...ids]
    .filter(([, of]) => of.length > 1)
    .map(([id, of]) => `one id for two: ${id}, ${of.map(nameOf).join()}`);
}
