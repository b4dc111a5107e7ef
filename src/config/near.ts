/** What a person probably meant. */

/** Case, `-` and `_` do not tell names apart. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** The known name nearest to a misspelt one, or null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = plainName(name);
  let best: string | null = null;
  let bestDistance = Math.min(3, Math.ceil(wanted.length / 2)) + 1;
  for (const candidate of known) {
    const distance = distanceBetween(wanted, plainName(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? known.find(candidate => wanted.length > 2 && plainName(candidate).startsWith(wanted)) ?? null;
}

/** A hint with the nearest name, or with all of them when they are few. */
export function nearestHint(name: string, known: readonly string[]): string {
  const found = nearest(name, known);
  if (found !== null) return `did you mean "${found}"?`;
  if (known.length === 0) return 'there are none';
  return known.length <= 12 ? `known: ${known.join(', ')}` : `${known.length} are known, none is near`;
}

/** Edits (insert, remove, replace, swap of neighbours) that make one word the other. */
function distanceBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
