/**
 * What a charger may hold, as it outlives this process (rule 27). No instant is written down: of a schedule
 * only what it allows, what it falls to and for how long, and a new process counts it from its own start.
 */
import { at } from '#base/assert.ts';
import { isUnknown, unknownLedger } from '#site/gate/ledger.ts';
import type { Held, SiteState } from '#site/state.ts';
import type { ChargerSpec, ChargerTraits, ConnectorSpec, Topology } from '#site/topology.ts';

/** As a charger told it at its boot; empty where it has not booted. */
export type KnownModel = {
  readonly profileId: string;
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
};

/** The envelope of all schedules that a connector may hold: `limitMa` for `ttlMs` at most, `lapseMa` from then on. */
export type StoredSchedule = {
  readonly limitMa: number;
  readonly lapseMa: number;
  /** Null: for ever. */
  readonly ttlMs: number | null;
  readonly model: KnownModel;
};

/** A stored schedule that is believed, with what is known of its model. */
export type Restored = { readonly schedule: StoredSchedule; readonly traits: ChargerTraits };

/** A lease ends by the charger's clock: so much later by ours (assumption A5, rule 18's G). */
const CLOCKS_DIFFER_MS = 10_000;

/**
 * What stands in the book of a new process for a connector that an earlier one left with this. Counted from the
 * start: however long nobody was here, it may have been refreshed a moment before.
 */
export function storedLedger(spec: ConnectorSpec, { limitMa, lapseMa, ttlMs }: StoredSchedule, atMs: number) {
  const lapseToMa = Math.max(lapseMa, spec.fallbackMa);
  const held: Held = {
    limitMa: Math.max(limitMa, lapseToMa),
    lapseMa: lapseToMa,
    lapsesAtMs: ttlMs === null ? Number.POSITIVE_INFINITY : atMs + ttlMs + CLOCKS_DIFFER_MS,
    sentAtMs: Number.NEGATIVE_INFINITY,
    ackedAtMs: null,
  };
  return { ...unknownLedger(spec.maxMa), held: [held] };
}

/**
 * Which stored schedules are believed, by connector: those of a charger that is class A by what is known today
 * of the model it last was. Sockets that remember it as two models remember nothing.
 */
export function restorable(
  topology: Topology,
  stored: readonly (StoredSchedule | null)[],
  traitsOf: (charger: ChargerSpec, model: KnownModel) => ChargerTraits,
): readonly (Restored | null)[] {
  const restored: (Restored | null)[] = topology.connectors.map(() => null);
  for (const charger of topology.chargers) {
    const found = charger.connectors.flatMap(connector => stored[connector] ?? []);
    const [first] = found;
    if (first === undefined || found.some(({ model }) => !isSame(model, first.model))) continue;
    const traits = traitsOf(charger, first.model);
    if (traits.leaseClass !== 'A' || traits.profileId !== first.model.profileId) continue;
    for (const connector of charger.connectors) {
      const schedule = stored[connector] ?? null;
      restored[connector] = schedule === null ? null : { schedule, traits };
    }
  }
  return restored;
}

/** Whether what it holds is worth remembering: of any other class, nothing but the rating is believed after a restart. */
export const isProven = ({ chargers }: SiteState, { charger }: ConnectorSpec): boolean =>
  at(chargers, charger).traits.leaseClass === 'A';

/** The envelope of everything that a connector may hold now, sent and unanswered included. @param before as stored */
export function mayHold(state: SiteState, index: number, before: StoredSchedule | null): StoredSchedule {
  const spec = at(state.topology.connectors, index);
  const { ledger } = at(state.connectors, index);
  const { traits, vendor, model, firmware } = at(state.chargers, spec.charger);
  const floor = ledger.uncontrolled ? spec.maxMa : 0;
  const lapseMa = ledger.held.reduce((most, held) => Math.max(most, lapsesTo(held, before)), floor);
  const above = ledger.held.filter(held => held.limitMa > lapseMa);
  return {
    limitMa: above.reduce((most, held) => Math.max(most, held.limitMa), lapseMa),
    lapseMa,
    ttlMs: above.length === 0 ? null : Math.max(...above.map(held => ttlOf(held, before))),
    model: { profileId: traits.profileId, vendor, model, firmware },
  };
}

const lapsesTo = (held: Held, before: StoredSchedule | null): number =>
  Number.isFinite(ttlOf(held, before)) ? held.lapseMa : Math.max(held.limitMa, held.lapseMa);

/** What stands for an unknown past has no time of its own: it was stored with one, or lasts. */
function ttlOf(held: Held, before: StoredSchedule | null): number {
  if (!Number.isFinite(held.lapsesAtMs)) return Number.POSITIVE_INFINITY;
  return isUnknown(held) ? (before?.ttlMs ?? Number.POSITIVE_INFINITY) : held.lapsesAtMs - held.sentAtMs;
}

/** Whether a restart with this on disk books at least what `need` says. Nothing on disk is booked at the rating. */
export function covers(stored: StoredSchedule | null, need: StoredSchedule): boolean {
  if (stored === null) return true;
  if (need.limitMa > stored.limitMa || need.lapseMa > stored.lapseMa) return false;
  return need.limitMa <= stored.lapseMa || (need.ttlMs ?? 0) <= (stored.ttlMs ?? Number.POSITIVE_INFINITY);
}

/** The envelope of both. */
export function higherOf(a: StoredSchedule | null, b: StoredSchedule): StoredSchedule {
  if (a === null) return b;
  const limitMa = Math.max(a.limitMa, b.limitMa);
  const lapseMa = Math.max(a.lapseMa, b.lapseMa);
  const ttlMs = limitMa > lapseMa ? Math.max(a.ttlMs ?? 0, b.ttlMs ?? 0) : null;
  return { limitMa, lapseMa, ttlMs, model: b.model };
}

/** Whether a new process would book something else with it on disk. */
export function isWorthStoring(stored: StoredSchedule | null, need: StoredSchedule, spec: ConnectorSpec): boolean {
  if (stored === null) return need.limitMa < spec.maxMa;
  return !(covers(need, stored) && covers(stored, need) && isSame(need.model, stored.model));
}

const isSame = (a: KnownModel, b: KnownModel): boolean =>
  a.profileId === b.profileId && a.vendor === b.vendor && a.model === b.model && a.firmware === b.firmware;
