/** What a caller hands to the store is looked at before it joins others: one faulty commit must not fail the group it would be in. */
import type { StoreChange } from '#world.ts';

/** A document or record of ours is some kilobytes; the book of a thousand sockets is 300 kB. */
export const MAX_JSON_CHARACTERS = 16 * 1024 * 1024;

/** What is wrong with the changes, in words; null where nothing is. */
export function faultOf(changes: readonly StoreChange[]): string | null {
  return changes.every(isWellFormed) ? null : 'what is to be stored is no text, no time, or larger than 16 MB';
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_JSON_CHARACTERS;

function isWellFormed(change: StoreChange): boolean {
  switch (change.type) {
    case 'append':
      return isText(change.record.kind) && isText(change.record.json) && Number.isFinite(change.record.atWallMs);
    case 'put':
      return isText(change.document.kind) && isText(change.document.key) && isText(change.document.json);
    case 'remove':
      return isText(change.kind) && isText(change.key);
  }
}

/** How much of memory the changes hold while they wait, in characters. */
export const sizeOf = (changes: readonly StoreChange[]): number =>
  changes.reduce((sum, change) => sum + 100 + textOf(change).length, 0);

function textOf(change: StoreChange): string {
  switch (change.type) {
    case 'append':
      return change.record.json;
    case 'put':
      return change.document.json;
    case 'remove':
      return change.key;
  }
}
