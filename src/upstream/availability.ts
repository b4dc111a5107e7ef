/**
 * Which sockets the back office has taken out of service, 0 the station as a whole. It outlives our restarts and those
 * of the charger (OCPP 1.6 clause 5.2): one that is away is told when it is back, and one that came back without it is
 * told again. A charger that has no word for it is kept out by us: who starts there is turned away.
 */
import { at } from '#base/assert.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Outcome } from '#base/outcome.ts';
import type { CommandReply } from '#site/command.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { UpstreamDeps } from './deps.ts';
import type { Numbering } from './numbering.ts';

export const AVAILABILITY_KIND = 'upstream-availability';
/** A charger that does not answer is not asked more often. */
const TRY_EVERY_MS = 60_000;

export type AvailabilityDeps = {
  readonly deps: UpstreamDeps;
  /** The socket behind a number; null where there is none any more. */
  specOf(number: number): ConnectorSpec | null;
  isReachable(spec: ConnectorSpec): boolean;
  isBusy(spec: ConnectorSpec): boolean;
  store(changes: readonly StoreChange[]): void;
  /** What the back office is told of a socket may be another now. */
  changed(): void;
};

/** `toldOn`: the link on which its charger took it; null while it is owed. */
type Word = { readonly operative: boolean; readonly toldOn: number | null };

/** After a restart it is not known on which link: the first one that does not show it is told again. */
const BEFORE = -1;

export class Availability {
  readonly #desk: AvailabilityDeps;
  /** By number: those out of service, and those back in service whose charger does not know it yet. */
  readonly #words = new Map<number, Word>();
  readonly #triedAtMs = new Map<number, number>();

  constructor(desk: AvailabilityDeps, stored: readonly StoredDocument[]) {
    this.#desk = desk;
    for (const { key, json } of stored) if (Number.isInteger(Number(key))) this.#words.set(Number(key), wordOf(json));
  }

  /** The back office wants nobody to charge there. */
  isOut(number: number): boolean {
    return this.#words.get(number)?.operative === false;
  }

  /** The station and every socket of it; nobody waits for the chargers. */
  setAll({ sockets }: Numbering, operative: boolean): void {
    this.#put(0, operative, BEFORE);
    for (const { number } of sockets) this.set(number, operative, () => {});
  }

  /** `Rejected` only where a charger says so itself. @param answer the status, once */
  set(number: number, operative: boolean, answer: (status: string) => void): void {
    const spec = this.#desk.specOf(number);
    if (spec === null) {
      answer('Rejected');
      return;
    }
    const before = this.#words.get(number);
    this.#put(number, operative, null);
    const later = () => answer(!operative && this.#desk.isBusy(spec) ? 'Scheduled' : 'Accepted');
    if (!this.#desk.isReachable(spec)) later();
    else
      this.#tell(number, spec, operative, status => {
        if (status === 'Rejected') this.#put(number, before?.operative ?? true, before?.toldOn ?? BEFORE);
        if (status === null) later();
        else answer(status);
      });
  }

  /** Tells those that are back, and those that came back without knowing it. */
  catchUp(): void {
    const nowMs = this.#desk.deps.world.clock.nowMs();
    for (const [number, word] of this.#words) {
      const spec = this.#desk.specOf(number);
      const isDue = nowMs - (this.#triedAtMs.get(number) ?? Number.NEGATIVE_INFINITY) >= TRY_EVERY_MS;
      if (spec !== null && isDue && this.#isOwed(spec, word)) this.#tell(number, spec, word.operative, () => {});
    }
  }

  #isOwed(spec: ConnectorSpec, { toldOn }: Word): boolean {
    if (!this.#desk.isReachable(spec) || toldOn === null) return this.#desk.isReachable(spec);
    const { status } = at(this.#desk.deps.state().connectors, spec.index);
    // One that has not said how it is may yet show that it remembers.
    const hasForgotten = status !== 'Unavailable' && status !== 'Unknown' && !this.#desk.isBusy(spec);
    return hasForgotten && toldOn !== this.#linkOf(spec);
  }

  #tell(number: number, spec: ConnectorSpec, operative: boolean, said: (status: string | null) => void): void {
    const { deps } = this.#desk;
    this.#triedAtMs.set(number, deps.world.clock.nowMs());
    const link = this.#linkOf(spec);
    const command = { kind: 'change-availability', connectorId: spec.connectorId, operative } as const;
    deps.command(spec.charger, command, outcome => {
      const status = statusIn(outcome);
      // It has answered, or will never understand: nothing is owed on this link any more.
      if (status !== null && this.#words.get(number)?.operative === operative) this.#put(number, operative, link);
      said(status === 'NotSupported' ? null : status);
    });
  }

  #linkOf = ({ charger }: ConnectorSpec): number => at(this.#desk.deps.state().chargers, charger).generation;

  /** In service and told is what every socket is from the start: nothing to keep. */
  #put(number: number, operative: boolean, toldOn: number | null): void {
    const key = String(number);
    this.#desk.changed();
    if (operative && toldOn !== null) {
      this.#triedAtMs.delete(number);
      if (this.#words.delete(number)) this.#desk.store([{ type: 'remove', kind: AVAILABILITY_KIND, key }]);
      return;
    }
    const { operative: was, toldOn: on } = this.#words.get(number) ?? {};
    this.#words.set(number, { operative, toldOn });
    if (was === operative && (on === null) === (toldOn === null)) return;
    const json = JSON.stringify({ operative, isTold: toldOn !== null });
    this.#desk.store([{ type: 'put', document: { kind: AVAILABILITY_KIND, key, json } }]);
  }
}

/** An earlier version wrote the bare truth value, of what was owed only. */
function wordOf(json: string): Word {
  const found = parsedJson(json);
  if (typeof found === 'boolean') return { operative: found, toldOn: null };
  const { operative, isTold } = fieldsOf(found);
  return { operative: operative !== false, toldOn: isTold === true ? BEFORE : null };
}

/** Null where the charger is away: it is asked again. */
function statusIn(outcome: Outcome<CommandReply>): string | null {
  if (outcome.ok) return outcome.value.kind === 'status' ? outcome.value.status : 'Accepted';
  return outcome.why === 'offline' || outcome.why === 'timeout' || outcome.why === 'cancelled' ? null : 'NotSupported';
}
