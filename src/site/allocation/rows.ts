/**
 * Rows: which of them can bind at all. A row that the rows below or above it imply is left out; that
 * changes no result and saves most of the work.
 */
import { type Desk, LINE_BITS, NO_ROW } from './desk.ts';

/**
 * Keeps the rows that can bind while every admitted claim takes at most its `demand` (mA per phase), and links them:
 * `near` is the line of the nearest kept row of the same phase at or above a row, `up` of the nearest above.
 * Implied from below: what can arrive fits anyway. Implied from above: a kept row nearer the root is as narrow.
 */
export function keepBindingRows(d: Desk, demand: Float64Array): void {
  addOwn(d, demand);
  passUp(d);
  linkUncovered(d);
}

/** Into `arriving` what each node's own claims take. Without asking for each phase: masks come in no order to foresee. */
function addOwn(d: Desk, demand: Float64Array): void {
  const { arriving, admitted, node, touches, phases } = d;
  arriving.fill(0, 0, 4 * d.nodes);
  for (let c = 0; c < d.claims; c++) {
    if (admitted[c] === 0) continue;
    const touched = touches[c] as number;
    const row = 4 * (node[c] as number);
    const amount = demand[c] as number;
    arriving[row] = (arriving[row] as number) + (touched & 1) * amount;
    arriving[row + 1] = (arriving[row + 1] as number) + ((touched >> 1) & 1) * amount;
    arriving[row + 2] = (arriving[row + 2] as number) + ((touched >> 2) & 1) * amount;
    arriving[row + 3] = (arriving[row + 3] as number) + (phases[c] as number) * amount;
  }
}

/** From the leaves up: what can arrive at each row, when each row below lets pass what it can carry. */
function passUp(d: Desk): void {
  const { parent, rowCapacity, arriving } = d;
  for (let node = d.nodes - 1; node >= 0; node--) {
    const onward = 4 * (parent[node] as number);
    let phases = 0;
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const arrives = arriving[row] as number;
      // The sum can never be more than what its phases let pass.
      const wanted = r === 3 && phases < arrives ? phases : arrives;
      const own = rowCapacity[row] as number;
      const passes = Math.min(own, wanted);
      arriving[row] = wanted;
      if (onward >= 0) arriving[onward + r] = (arriving[onward + r] as number) + passes;
      phases += passes;
    }
  }
}

/** From the roots down: drops rows as wide as what can arrive, or as a kept row of the same phase above, and links the others. */
function linkUncovered(d: Desk): void {
  const { parent, rowCapacity, arriving, near, up, kept, capacity, load, pace } = d;
  let count = 0;
  for (let node = 0; node < d.nodes; node++) {
    const above = 4 * (parent[node] as number);
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const next = above < 0 ? NO_ROW : (near[above + r] as number);
      const own = rowCapacity[row] as number;
      if (own >= (arriving[row] as number) || (next !== NO_ROW && own >= (capacity[next] as number))) {
        near[row] = next;
        continue;
      }
      const line = count << LINE_BITS;
      near[row] = line;
      up[count] = next;
      kept[count] = row;
      count++;
      capacity[line] = own;
      load[line] = 0;
      pace[line] = 0;
    }
  }
  d.keptCount = count;
}
