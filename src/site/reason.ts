/**
 * Why a connector gets what it gets. The closed list of design §7; each reason is data, the sentence
 * is made from it for people.
 */
import type { RowIndex } from '#base/units.ts';

export type ReasonSource =
  | 'fuse'
  | 'contract'
  | 'ems'
  | 'grid'
  | 'csms'
  | 'cap'
  | 'schedule'
  | 'fallback'
  | 'meter'
  | 'charger'
  | 'cable'
  | 'car'
  | 'minimum'
  | 'turn'
  | 'unauthorised'
  | 'transit'
  | 'operator';

export type Reason = {
  readonly source: ReasonSource;
  /** A circuit's id where a circuit binds, else the charger's identity; `check` where a failed check stands in. */
  readonly id: string;
  /** The row that binds: 0..2 a phase, 3 the sum; null where no row does. */
  readonly row: RowIndex | null;
  /** One plain sentence fragment: "main fuse, L2". */
  readonly text: string;
  /** For `minimum` and `transit`: whose limit leaves no room, on circuit `id` and `row`. */
  readonly limit?: ReasonSource;
};
