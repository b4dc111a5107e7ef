/** Register words to numbers. Pure. */
import { unreachable } from '#base/assert.ts';
import { type Quantity, type RegisterOrder, type RegisterType, registersOf } from './quantity.ts';

/** The value under decoding, highest byte and word first: one at a time, so one place is enough. */
const bytes = new DataView(new ArrayBuffer(8));

function putInOrder(words: readonly number[], order: RegisterOrder): void {
  const lowWordFirst = order === 'CDAB' || order === 'DCBA';
  const lowByteFirst = order === 'BADC' || order === 'DCBA';
  words.forEach((word, i) => {
    const place = lowWordFirst ? words.length - 1 - i : i;
    bytes.setUint16(2 * place, word, lowByteFirst);
  });
}

/** The number that the bytes mean in a type. 64-bit values above 2^53 lose their last digits. */
function numberOf(type: RegisterType): number {
  switch (type) {
    case 'uint16':
      return bytes.getUint16(0);
    case 'int16':
      return bytes.getInt16(0);
    case 'uint32':
      return bytes.getUint32(0);
    case 'int32':
      return bytes.getInt32(0);
    case 'uint64':
      return Number(bytes.getBigUint64(0));
    case 'int64':
      return Number(bytes.getBigInt64(0));
    case 'float32':
      return bytes.getFloat32(0);
    default:
      return unreachable(type);
  }
}

/** The unsigned integer that the bytes spell. */
const rawBits = (type: RegisterType): bigint => bytes.getBigUint64(0) >> BigInt(64 - 16 * registersOf(type));

/** A quantity's value in its unit, or why there is none. */
export type Value = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };

/** Decodes the words of one quantity, as many as its type takes: register type and order applied, then scale and sign. */
export function decodeValue(quantity: Quantity, words: readonly number[]): Value {
  const { type, order, sentinels } = quantity;
  putInOrder(words, order);
  if (sentinels.length > 0 && sentinels.includes(rawBits(type)))
    return { ok: false, why: 'is marked as not available' };
  const number = numberOf(type);
  if (!Number.isFinite(number))
    return { ok: false, why: Number.isNaN(number) ? 'is not a number (NaN)' : 'is infinite' };
  const value = number * quantity.scale * quantity.sign;
  return { ok: true, value: value === 0 ? 0 : value };
}

/** Words as people compare them with a data sheet: `4366 3334`. */
export const wordsInHex = (words: readonly number[]): string =>
  words.map(word => word.toString(16).padStart(4, '0')).join(' ');
