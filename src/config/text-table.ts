/** Tables for a terminal. */

/**
 * Rows below each other, every column as wide as its widest cell.
 * @param right columns that stand to the right: numbers
 */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = Math.max(...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  );
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? 0;
    return right.includes(column) ? text.padStart(width) : text.padEnd(width);
  };
  return rows.map(row => `  ${row.map(cell).join('  ').trimEnd()}`).join('\n');
}

/** `CP01, CP02 and 3 more`; the whole list where it is short. */
export function named(names: readonly string[], most = 6): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Amperes to the tenth, from mA, without a needless zero. */
export const ampsText = (ma: number): string => `${Math.round(ma / 100) / 10} A`;
