/**
 * Which sockets the back office has taken out of service or put back, and of whom the charger does not know it yet:
 * one that is away is told when it is back (OCPP 1.6 clause 5.2: the state outlives a reboot).
 */
import type { Outcome } from '#base/outcome.ts';
import type { CommandReply } from '#site/command.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { UpstreamDeps } from './deps.ts';

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
};

export class Availability {
  readonly #desk: AvailabilityDeps;
  /** What chargers are still to be told, by number. */
  readonly #owed = new Map<number, boolean>();
  readonly #triedAtMs = new Map<number, number>();

  constructor(desk: AvailabilityDeps, stored: readonly StoredDocument[]) {
    this.#desk = desk;
    for (const { key, json } of stored) if (Number.isInteger(Number(key))) this.#owed.set(Number(key), json === 'true');
  }

  /** `Rejected` only where a charger says so itself. @param answer the status, once */
  set(number: number, operative: boolean, answer: (status: string) => void): void {
    const spec = this.#desk.specOf(number);
    if (spec === null) {
      answer('Rejected');
      return;
    }
    this.#owe(number, operative);
    const later = () => answer(this.#desk.isBusy(spec) ? 'Scheduled' : 'Accepted');
    if (this.#desk.isReachable(spec))
      this.#tell(number, spec, operative, status => (status === null ? later() : answer(status)));
    else later();
  }

  /** Tells those that are back. */
  catchUp(): void {
    const nowMs = this.#desk.deps.world.clock.nowMs();
    for (const [number, operative] of this.#owed) {
      const spec = this.#desk.specOf(number);
      const isDue = nowMs - (this.#triedAtMs.get(number) ?? Number.NEGATIVE_INFINITY) >= TRY_EVERY_MS;
      if (spec !== null && isDue && this.#desk.isReachable(spec)) this.#tell(number, spec, operative, () => {});
    }
  }

  #tell(number: number, spec: ConnectorSpec, operative: boolean, said: (status: string | null) => void): void {
    const { deps } = this.#desk;
    this.#triedAtMs.set(number, deps.world.clock.nowMs());
    const command = { kind: 'change-availability', connectorId: spec.connectorId, operative } as const;
    deps.command(spec.charger, command, outcome => {
      const status = statusIn(outcome);
      // It has answered, or will never understand: nothing is owed any more.
      if (status !== null && this.#owed.get(number) === operative) this.#paid(number);
      said(status);
    });
  }

  #owe(number: number, operative: boolean): void {
    this.#owed.set(number, operative);
    const document = { kind: AVAILABILITY_KIND, key: String(number), json: String(operative) };
    this.#desk.store([{ type: 'put', document }]);
  }

  #paid(number: number): void {
    this.#owed.delete(number);
    this.#triedAtMs.delete(number);
    this.#desk.store([{ type: 'remove', kind: AVAILABILITY_KIND, key: String(number) }]);
  }
}

/** Null where the charger is away: it is asked again. */
function statusIn(outcome: Outcome<CommandReply>): string | null {
  if (outcome.ok) return outcome.value.kind === 'status' ? outcome.value.status : 'Accepted';
  return outcome.why === 'offline' || outcome.why === 'timeout' || outcome.why === 'cancelled' ? null : 'Rejected';
}
