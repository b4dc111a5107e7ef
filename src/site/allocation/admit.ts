/** Admission: 0 or the minimum. A car below its minimum does not charge, so minimums go first. */
import { type Desk, LINE_BITS, NO_ROW } from './desk.ts';
import { book, layPaths, lineWithoutRoom } from './paths.ts';
import { keepBindingRows } from './rows.ts';

/**
 * Admits greedily in order of arrival: whose minimum fits every row of its path beside the minimums
 * admitted before it. Who does not fit takes no part, with the row that had no room as its bound;
 * a smaller one behind it may still fit. A claim whose ceiling is below its minimum never takes part.
 */
export function admit(d: Desk): void {
  const { order, pathStart, admitted, min } = d;
  keepBindingRows(d, min);
  layPaths(d);
  for (let k = 0; k < d.claims; k++) {
    const c = order[k] as number;
    // Nothing can hold most claims back: an empty path is not walked.
    if (pathStart[c] === pathStart[c + 1]) continue;
    const minimum = min[c] as number;
    const full = lineWithoutRoom(d, c, minimum);
    if (full === NO_ROW) {
      book(d, c, minimum, d.load);
    } else {
      admitted[c] = 0;
      d.boundRow[c] = d.kept[full >> LINE_BITS] as number;
    }
  }
}
