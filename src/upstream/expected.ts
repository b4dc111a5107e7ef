/** Sessions that were started from above and have not begun: whose card, and under which charging profile. */
import type { Clock } from '#base/clock.ts';
import type { ChargingProfile } from '#site/command.ts';
import { cardOf } from './card.ts';

/** A driver plugs in within so long (ConnectionTimeOut, doubled). */
const EXPECTED_MS = 120_000;

type Expectation = { readonly idToken: string; readonly profile: ChargingProfile; readonly untilMs: number };

export class Expected {
  readonly #clock: Clock;
  readonly #bySocket = new Map<number, Expectation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In place of what was expected there. */
  set(connector: number, idToken: string, profile: ChargingProfile | null): void {
    if (profile === null) this.#bySocket.delete(connector);
    else this.#bySocket.set(connector, { idToken, profile, untilMs: this.#clock.nowMs() + EXPECTED_MS });
  }

  /** A session begins there: the profile it was started with, once. */
  take(connector: number, idToken: string): ChargingProfile | null {
    const found = this.#bySocket.get(connector);
    this.#bySocket.delete(connector);
    const isCard = found !== undefined && cardOf(found.idToken) === cardOf(idToken);
    return isCard && this.#clock.nowMs() < found.untilMs ? found.profile : null;
  }
}
