/** Claims in tree order: all claims below a node stand side by side, and those already frozen are skipped in one leap. */
import { type Desk, i32, u8 } from './desk.ts';

/** Gives every admitted claim its place; a node's own come before those of its children. */
export function layInTreeOrder(d: Desk): void {
  countBelow(d);
  let root = 0;
  for (let node = 0; node < d.nodes; node++) {
    const parent = i32(d.parent, node);
    const below = i32(d.end, node);
    const first = parent < 0 ? root : i32(d.cursor, parent);
    if (parent < 0) root += below;
    else d.cursor[parent] = first + below;
    d.first[node] = first;
    d.end[node] = first + below;
    d.cursor[node] = first + i32(d.cursor, node);
  }
  placeClaims(d, root);
}

/** Into `cursor` a node's own claims, into `end` all claims at and below it. */
function countBelow(d: Desk): void {
  d.cursor.fill(0, 0, d.nodes);
  for (let c = 0; c < d.claims; c++) {
    const node = i32(d.node, c);
    if (u8(d.admitted, c)) d.cursor[node] = i32(d.cursor, node) + 1;
  }
  for (let node = 0; node < d.nodes; node++) d.end[node] = i32(d.cursor, node);
  for (let node = d.nodes - 1; node >= 0; node--) {
    const parent = i32(d.parent, node);
    if (parent >= 0) d.end[parent] = i32(d.end, parent) + i32(d.end, node);
  }
}

function placeClaims(d: Desk, count: number): void {
  // `cursor` has moved past each subtree; from here it counts a node's own claims.
  for (let node = 0; node < d.nodes; node++) d.cursor[node] = i32(d.first, node);
  for (let c = 0; c < d.claims; c++) {
    if (!u8(d.admitted, c)) continue;
    const node = i32(d.node, c);
    const place = i32(d.cursor, node);
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
    const next = i32(d.next, at);
    if (next === at) return at;
    // Halving the path keeps later walks short.
    d.next[at] = i32(d.next, next);
    at = next;
  }
}

export function passOver(d: Desk, c: number): void {
  const place = i32(d.place, c);
  d.next[place] = place + 1;
}
