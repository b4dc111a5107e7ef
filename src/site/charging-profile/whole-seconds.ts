/** Limits that change at any instant, told in whole seconds: in each second the lowest that is in force in it. */
import { at } from '#base/assert.ts';

/** What is told from a second on, until the next row. */
export type Told = { readonly startS: number; readonly limit: number };

/**
 * From an instant on the limit is another. A decrease is told early and a raise late where it falls between two seconds;
 * neighbours that say the same are one.
 * @param told what holds before, the first row from second 0; instants come in order
 * @param afterMs the instant, from the beginning of second 0
 */
export function toldFrom(told: readonly Told[], afterMs: number, limit: number): readonly Told[] {
  const second = Math.floor(afterMs / 1000);
  // A raise of the same second is told from the next one on only: it is overtaken.
  const kept = last(told).startS > second ? told.slice(0, -1) : told;
  if (afterMs === second * 1000) return put(kept, second, limit);
  return put(put(kept, second, Math.min(last(kept).limit, limit)), second + 1, limit);
}

const last = (told: readonly Told[]): Told => at(told, told.length - 1);

function put(told: readonly Told[], startS: number, limit: number): readonly Told[] {
  const before = told.length > 0 && last(told).startS === startS ? told.slice(0, -1) : told;
  const isSame = before.length > 0 && last(before).limit === limit;
  return isSame ? before : [...before, { startS, limit }];
}
