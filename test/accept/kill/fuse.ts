/** What all chargers together may take by what they hold, looked at whenever one is told something. */
import { BUILDING_A, ROOM_A } from './site.ts';

/** A charger, as far as it is looked at here. */
export type Holder = { readonly name: string; highestA(): number };

/** Limits are tenths of an ampere; this is the arithmetic's. */
const EXACT_A = 1e-6;

export class FuseWatch {
  readonly faults: string[] = [];
  /** Limits that went up. */
  raises = 0;
  /** The most that limits in force came to, A, since all were told one. */
  worstA = 0;
  #chargers: readonly Holder[] = [];
  #isArmed = false;

  watch(chargers: readonly Holder[]): void {
    this.#chargers = chargers;
  }

  /** Every charger holds a limit and all fit: from now on they always do. */
  arm(): void {
    this.#isArmed = true;
  }

  sumA(): number {
    return this.#chargers.reduce((sum, charger) => sum + charger.highestA(), 0);
  }

  told(charger: Holder, beforeA: number): void {
    const isRaise = charger.highestA() > beforeA;
    if (isRaise) this.raises++;
    if (isRaise || this.#isArmed) this.look(`${charger.name} was told ${charger.highestA()} A, after ${beforeA} A`);
  }

  look(when: string): void {
    const sumA = this.sumA();
    this.worstA = this.#isArmed ? Math.max(this.worstA, sumA) : 0;
    if (sumA > ROOM_A + EXACT_A)
      this.faults.push(
        `${when}: limits in force are ${sumA.toFixed(1)} A, beside ${BUILDING_A} A there is room for ${ROOM_A} A`,
      );
  }
}
