/** Register words to numbers. Pure. */
import { unreachable } from '#base/assert.ts';
import type { Quantity, RegisterOrder, RegisterType } from './quantity.ts';

/** The unsigned integer that the words spell once highest byte and word stand first. */
export function rawBits(words: readonly number[], order: RegisterOrder): bigint {
  const lowWordFirst = order === 'CDAB' || order === 'DCBA';
  const swapBytes = order === 'BADC' || order === 'DCBA';
  const ordered = lowWordFirst ? words.toReversed() : words;
  return ordered.reduce((bits, word) => (bits << 16n) | BigInt(swapBytes ? swapped(word) : word), 0n);
}

const swapped = (word: number): number => ((word & 0xff) << 8) | (word >> 8);

/** The number that raw bits mean in a type. 64-bit values above 2^53 lose their last digits. */
export function numberOf(bits: bigint, type: RegisterType): number {
  switch (type) {
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return Number(bits);
    case 'int16':
      return Number(BigInt.asIntN(16, bits));
    case 'int32':
      return Number(BigInt.asIntN(32, bits));
    case 'int64':
      return Number(BigInt.asIntN(64, bits));
    case 'float32':
      return float32(Number(bits));
    default:
      return unreachable(type);
  }
}

function float32(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** A quantity's value in its unit, or why there is none. */
export type Value = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };

/** Decodes the words of one quantity, register type and order applied, then scale and sign. */
export function decodeValue(quantity: Quantity, words: readonly number[]): Value {
  const bits = rawBits(words, quantity.order);
  if (quantity.sentinels.includes(bits)) return { ok: false, why: 'is marked as not available' };
  const number = numberOf(bits, quantity.type);
  if (!Number.isFinite(number))
    return { ok: false, why: Number.isNaN(number) ? 'is not a number (NaN)' : 'is infinite' };
  const value = number * quantity.scale * quantity.sign;
  return { ok: true, value: value === 0 ? 0 : value };
}

/** Words as people compare them with a data sheet: `4366 3334`. */
export const wordsInHex = (words: readonly number[]): string =>
  words.map(word => word.toString(16).padStart(4, '0')).join(' ');
