/** Claims in tree order: all claims below a node stand side by side, and those already frozen are skipped in one leap. */
import type { Desk } from './desk.ts';

/** Gives every admitted claim its place; a node's own come before those of its children. */
export function layInTreeOrder(d: Desk): void {
  countBelow(d);
  let root = 0;
  for (let node = 0; node < d.nodes; node++) {
    const parent = d.parent[node] as number;
    const below = d.end[node] as number;
    const first = parent < 0 ? root : (d.cursor[parent] as number);
    if (parent < 0) root += below;
    else d.cursor[parent] = first + below;
    d.first[node] = first;
    d.end[node] = first + below;
    d.cursor[node] = first + (d.cursor[node] as number);
  }
  placeClaims(d, root);
}

/** Into `cursor` a node's own claims, into `end` all claims at and below it. */
function countBelow(d: Desk): void {
  d.cursor.fill(0, 0, d.nodes);
  for (let c = 0; c < d.claims; c++) {
    const node = d.node[c] as number;
    if (d.admitted[c] as number) d.cursor[node] = (d.cursor[node] as number) + 1;
  }
  for (let node = 0; node < d.nodes; node++) d.end[node] = d.cursor[node] as number;
  for (let node = d.nodes - 1; node >= 0; node--) {
    const parent = d.parent[node] as number;
    if (parent >= 0) d.end[parent] = (d.end[parent] as number) + (d.end[node] as number);
  }
}

function placeClaims(d: Desk, count: number): void {
  // `cursor` has moved past each subtree; from here it counts a node's own claims.
  for (let node = 0; node < d.nodes; node++) d.cursor[node] = d.first[node] as number;
  for (let c = 0; c < d.claims; c++) {
    if (!(d.admitted[c] as number)) continue;
    const node = d.node[c] as number;
    const place = d.cursor[node] as number;
    d.cursor[node] = place + 1;
    d.place[c] = place;
    d.inTree[place] = c;
  }
  for (let place = 0; place <= count; place++) d.next[place] = place;
}

/** The first place at or after this one whose claim is not passed over; the number of places when none is. */
export function nextLive(d: Desk, place: number): number {
  let at = place;
  for (;;) {
    const next = d.next[at] as number;
    if (next === at) return at;
    // Halving the path keeps later walks short.
    d.next[at] = d.next[next] as number;
    at = next;
  }
}

export function passOver(d: Desk, c: number): void {
  const place = d.place[c] as number;
  d.next[place] = place + 1;
}
