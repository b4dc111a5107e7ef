/** UnlockConnector: a session on the socket ends first, then its charger lets the plug go (OCPP 1.6 clause 5.18). */
import type { Clock } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** A charger ends a session within seconds; the back office waits 30 s for its answer, and the unlocking takes time too. */
const END_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

export type UnlocksDeps = {
  readonly clock: Clock;
  specOf(number: number): ConnectorSpec | null;
  isReachable(spec: ConnectorSpec): boolean;
  isBusy(spec: ConnectorSpec): boolean;
  /** Ends the session there, because of an UnlockConnector. */
  end(spec: ConnectorSpec): void;
  toCharger(charger: number, command: Command, settled: (outcome: Outcome<CommandReply>) => void): void;
};

export class Unlocks {
  readonly #deps: UnlocksDeps;

  constructor(deps: UnlocksDeps) {
    this.#deps = deps;
  }

  /** An unknown connector is NotSupported here (clause 5.18). @param answer the status, once */
  unlock(number: number, answer: (status: string) => void): void {
    const { clock, specOf, isReachable, isBusy, end } = this.#deps;
    const spec = specOf(number);
    if (spec === null) answer('NotSupported');
    else if (!isReachable(spec)) answer('UnlockFailed');
    else if (!isBusy(spec)) this.#tell(spec, answer);
    else {
      end(spec);
      this.#whenFree(spec, clock.nowMs() + END_WITHIN_MS, answer);
    }
  }

  /** One that does not end it is asked all the same: by the standard it ends it itself then. */
  #whenFree(spec: ConnectorSpec, untilMs: number, answer: (status: string) => void): void {
    const { clock, isBusy } = this.#deps;
    clock.after('unlock when it is free', LOOK_EVERY_MS, () => {
      if (isBusy(spec) && clock.nowMs() < untilMs) this.#whenFree(spec, untilMs, answer);
      else this.#tell(spec, answer);
    });
  }

  #tell({ charger, connectorId }: ConnectorSpec, answer: (status: string) => void): void {
    this.#deps.toCharger(charger, { kind: 'unlock-connector', connectorId }, outcome => {
      if (outcome.ok) answer(outcome.value.kind === 'status' ? outcome.value.status : 'UnlockFailed');
      else answer(outcome.why === 'not-supported' ? 'NotSupported' : 'UnlockFailed');
    });
  }
}
