/**
 * Stored schedules as they are written down and read back. One record is one batch of connectors, or with
 * `whole` all of them: a storm of raises is one row, and old rows can go. On disk a connector is its charger's
 * identity and its number there. Nothing that cannot be read is trusted: neither is what stood before it.
 */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { KnownModel, StoredSchedule } from '#site/gate/stored.ts';
import type { Topology } from '#site/topology.ts';

/** By connector index. */
export type Batch = ReadonlyMap<number, StoredSchedule>;

type SavedSchedule = {
  readonly charger: string;
  readonly connectorId: number;
  readonly limitMa: number;
  readonly lapseMa: number;
  readonly ttlMs: number | null;
  readonly model: KnownModel;
};

export type Replayed = { readonly schedules: Batch; readonly skipped: number };

export function encodeSchedules(batch: Batch, whole: boolean, topology: Topology): string {
  const entries = [...batch].flatMap(([index, { limitMa, lapseMa, ttlMs, model }]): SavedSchedule[] => {
    const spec = topology.connectors[index];
    const charger = spec === undefined ? undefined : topology.chargers[spec.charger];
    if (spec === undefined || charger === undefined) return [];
    return [{ charger: charger.identity, connectorId: spec.connectorId, limitMa, lapseMa, ttlMs, model }];
  });
  return JSON.stringify({ whole, entries });
}

/**
 * What the records say together, oldest first; the newest word on a connector counts.
 * A damaged record may have said of any connector that it holds more, so everything before it is forgotten; a
 * damaged entry does the same to its own connector. What is forgotten is booked at its rating.
 */
export function replaySchedules(rows: readonly { readonly json: string }[], topology: Topology): Replayed {
  const known = new Map<string, SavedSchedule>();
  let skipped = 0;
  for (const { json } of rows) {
    const row = parseRow(json);
    if (row === null || row.whole) known.clear();
    if (row === null) skipped++;
    for (const entry of row?.entries ?? []) {
      if (isSaved(entry)) known.set(keyOf(entry.charger, entry.connectorId), entry);
      else {
        skipped++;
        forget(known, entry);
      }
    }
  }
  return { schedules: byIndex(known, topology), skipped };
}

const keyOf = (charger: string, connectorId: number): string => JSON.stringify([charger, connectorId]);

/** The connector that a damaged entry names; all of them where it names none. */
function forget(known: Map<string, SavedSchedule>, entry: unknown): void {
  const { charger, connectorId } = (entry ?? {}) as Partial<SavedSchedule>;
  if (typeof charger === 'string' && Number.isInteger(connectorId)) known.delete(keyOf(charger, connectorId as number));
  else known.clear();
}

function byIndex(known: ReadonlyMap<string, SavedSchedule>, { connectors, chargers }: Topology): Batch {
  const found = new Map<number, StoredSchedule>();
  for (const { index, charger, connectorId } of connectors) {
    const entry = known.get(keyOf(chargers[charger]?.identity ?? '', connectorId));
    if (entry === undefined) continue;
    const { limitMa, lapseMa, ttlMs, model } = entry;
    found.set(index, { limitMa, lapseMa, ttlMs, model });
  }
  return found;
}

function parseRow(json: string): { readonly whole: boolean; readonly entries: readonly unknown[] } | null {
  const { whole, entries } = fieldsOf(parsedJson(json));
  return typeof whole === 'boolean' && Array.isArray(entries) ? { whole, entries } : null;
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function isSaved(value: unknown): value is SavedSchedule {
  if (typeof value !== 'object' || value === null) return false;
  const { charger, connectorId, limitMa, lapseMa, ttlMs, model } = value as Record<string, unknown>;
  return (
    typeof charger === 'string' &&
    Number.isInteger(connectorId) &&
    isAmount(limitMa) &&
    isAmount(lapseMa) &&
    (ttlMs === null || isAmount(ttlMs)) &&
    isModel(model)
  );
}

function isModel(value: unknown): value is KnownModel {
  if (typeof value !== 'object' || value === null) return false;
  const { profileId, vendor, model, firmware } = value as Record<string, unknown>;
  return [profileId, vendor, model, firmware].every(word => typeof word === 'string');
}
