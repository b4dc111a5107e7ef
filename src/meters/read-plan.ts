/** Which block reads fetch the wanted registers: as few as the device allows. Pure. */
import type { RegisterTable } from '#world.ts';
import { type DeviceLimits, type MeterProfile, polledQuantities } from './profile.ts';
import { type Quantity, registersOf } from './quantity.ts';

/** One request: `count` registers of a table from `address`. */
export type BlockRead = { readonly table: RegisterTable; readonly address: number; readonly count: number };

/** Registers that must come in one answer, so that no value is torn: `from` included, `to` excluded. */
type Span = { readonly from: number; readonly to: number };

const TABLES: readonly RegisterTable[] = ['input', 'holding'];

/**
 * The fewest block reads in which every quantity lies whole. Each stays within `maxRegistersPerRead`,
 * runs over at most `maxGap` unwanted registers at a stretch and never touches a hole. Going from low to
 * high and stretching each read as far as it may go is optimal, because a span that does not fit behind
 * the first one of a read has to be in a later read anyway.
 */
export function planReads(quantities: readonly Quantity[], limits: DeviceLimits): readonly BlockRead[] {
  return TABLES.flatMap(table => planTable(table, spansOf(quantities, table), limits));
}

/** The reads of one poll. */
export const pollPlan = (profile: MeterProfile): readonly BlockRead[] =>
  planReads(polledQuantities(profile), profile.device);

function spansOf(quantities: readonly Quantity[], table: RegisterTable): readonly Span[] {
  return quantities
    .filter(each => each.table === table)
    .map(each => ({ from: each.address, to: each.address + registersOf(each.type) }))
    .toSorted((a, b) => a.from - b.from || a.to - b.to);
}

function planTable(table: RegisterTable, spans: readonly Span[], limits: DeviceLimits): readonly BlockRead[] {
  const blocks: Span[] = [];
  for (const span of spans) {
    const last = blocks.at(-1);
    if (last !== undefined && joins(table, last, span, limits)) {
      blocks[blocks.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else blocks.push(span);
  }
  return blocks.map(({ from, to }) => ({ table, address: from, count: to - from }));
}

function joins(table: RegisterTable, block: Span, span: Span, limits: DeviceLimits): boolean {
  if (span.to - block.from > limits.maxRegistersPerRead) return false;
  if (span.from - block.to > limits.maxGap) return false;
  return !limits.holes.some(hole => hole.table === table && hole.from < span.from && hole.to >= block.to);
}

/** What one block read brought. */
export type Block = { readonly table: RegisterTable; readonly address: number; readonly words: readonly number[] };

/** The words of a quantity, found in what was read; null when no block holds it whole. */
export function wordsOf(quantity: Quantity, blocks: readonly Block[]): readonly number[] | null {
  const count = registersOf(quantity.type);
  for (const block of blocks) {
    const offset = quantity.address - block.address;
    if (block.table === quantity.table && offset >= 0 && offset + count <= block.words.length) {
      return block.words.slice(offset, offset + count);
    }
  }
  return null;
}
