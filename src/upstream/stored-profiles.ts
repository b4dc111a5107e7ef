/**
 * The back office's charging profiles on disk: one document for each, under its place (connector, purpose, level), so
 * that there are never more of them than may be installed.
 */
import { type Fields, fieldsOf, parsedJson } from '#base/json.ts';
import type { ProfileStack, StackEntry } from '#site/charging-profile/profile-stack.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

const keyOf = ({ connector, profile }: StackEntry): string => `${connector}/${profile.purpose}/${profile.stackLevel}`;

const put = (kind: string, entry: StackEntry): StoreChange => ({
  type: 'put',
  document: { kind, key: keyOf(entry), json: JSON.stringify(entry) },
});

/** What makes the disk know one stack that knew another. */
export function changesBetween(kind: string, before: ProfileStack, after: ProfileStack): readonly StoreChange[] {
  const held = new Set(before);
  const kept = new Set(after.map(keyOf));
  const gone = before.map(keyOf).filter(key => !kept.has(key));
  return [
    ...gone.map((key): StoreChange => ({ type: 'remove', kind, key })),
    ...after.filter(entry => !held.has(entry)).map(entry => put(kind, entry)),
  ];
}

/**
 * What an earlier process left. What cannot be read is passed over; what stands under the key of an earlier version
 * is moved to its own.
 */
export function recalled(documents: readonly StoredDocument[]): {
  readonly stack: ProfileStack;
  readonly changes: readonly StoreChange[];
} {
  const found = documents.flatMap(({ kind, key, json }) => {
    const entry = decoded(json);
    return entry === null ? [] : [{ kind, key, entry }];
  });
  const moved = found.filter(({ key, entry }) => key !== keyOf(entry));
  return {
    stack: found.map(({ entry }) => entry),
    changes: moved.flatMap(({ kind, key, entry }) => [{ type: 'remove', kind, key } as const, put(kind, entry)]),
  };
}

/** Null where it is nothing that could be reckoned with. */
function decoded(json: string): StackEntry | null {
  const entry = fieldsOf(parsedJson(json));
  const profile = fieldsOf(entry.profile);
  const schedule = fieldsOf(profile.schedule);
  const isOurs =
    areNumbers(entry, 'connector') &&
    areNumbers(profile, 'id', 'stackLevel') &&
    typeof profile.purpose === 'string' &&
    Array.isArray(schedule.periods) &&
    schedule.periods.every(period => areNumbers(fieldsOf(period), 'startS', 'limit'));
  return isOurs ? (entry as StackEntry) : null;
}

const areNumbers = (fields: Fields, ...names: readonly string[]): boolean =>
  names.every(name => Number.isFinite(fields[name]));
