/** The allocator: claims on a tree of rows become targets, each with what kept it from more. */
import { admit } from './admit.ts';
import type { Allocation, Bound, Claim, RowTree, Share } from './claim.ts';
import { type Desk, layOut, NO_ROW } from './desk.ts';
import { fill } from './fill.ts';
import { orderByArrival } from './order.ts';
import { quantise } from './quantise.ts';

/**
 * Max-min fair shares with 0-or-minimum, quantised. Pure: same input, same bytes; inputs are only read.
 * `capacityMa` holds four rows for each node (L1, L2, L3, sum of all active phases), what is free for these claims;
 * negative or not finite counts as 0. Shares come in the order of the claims. Asserts on a malformed tree or claim.
 */
export function allocate(tree: RowTree, capacityMa: Float64Array, claims: readonly Claim[]): Allocation {
  const desk = layOut(tree, capacityMa, claims);
  orderByArrival(desk);
  admit(desk);
  fill(desk);
  quantise(desk);
  return { shares: sharesOf(desk, claims), exactMa: desk.exact.slice(0, claims.length) };
}

function sharesOf(d: Desk, claims: readonly Claim[]): readonly Share[] {
  const shares: Share[] = new Array(d.claims);
  for (let c = 0; c < d.claims; c++) {
    shares[c] = {
      connector: (claims[c] as Claim).connector,
      // A whole number below 2^31: said so, it needs no box of its own.
      targetMa: (d.target[c] as number) | 0,
      bound: boundOf(d.boundRow[c] as number, (d.admitted[c] as number) === 1),
    };
  }
  return shares;
}

const CEILING: Bound = Object.freeze({ kind: 'ceiling' });

/** Bounds by row, made when first met: they say nothing but the row, so every share and every pass can have the same. */
const atRow: Bound[] = [];
const notAdmitted: Bound[] = [];

function boundOf(row: number, admitted: boolean): Bound {
  if (row === NO_ROW) return CEILING;
  const known = admitted ? atRow : notAdmitted;
  while (known.length <= row) known.push(newBound(known.length, admitted));
  return known[row] as Bound;
}

const newBound = (row: number, admitted: boolean): Bound =>
  Object.freeze({ kind: admitted ? 'row' : 'not-admitted', node: row >> 2, row: (row & 3) as 0 | 1 | 2 | 3 });
