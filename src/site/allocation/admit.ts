/** Admission: 0 or the minimum. A car below its minimum does not charge, so minimums go first. */
import { type Desk, f64, i32, NO_ROW, u8 } from './desk.ts';
import { book, keepBindingRows, rowWithoutRoom } from './rows.ts';

/**
 * Admits greedily in order of arrival: whose minimum fits every row of its path beside the minimums
 * admitted before it. Who does not fit takes no part, with the row that had no room as its bound;
 * a smaller one behind it may still fit. A claim whose ceiling is below its minimum never takes part.
 */
export function admit(d: Desk): void {
  keepBindingRows(d, d.min);
  d.load.fill(0, 0, 4 * d.nodes);
  for (let k = 0; k < d.claims; k++) {
    const c = i32(d.order, k);
    if (!u8(d.admitted, c)) continue;
    const full = rowWithoutRoom(d, c, f64(d.min, c));
    if (full === NO_ROW) {
      book(d, c, f64(d.min, c), d.load);
    } else {
      d.admitted[c] = 0;
      d.boundRow[c] = full;
    }
  }
}
