/** Tables as RFC 4180 has them, for programs and for spreadsheets. */

export type Cell = string | number | boolean | null;

/** A spreadsheet runs a text that begins like this as a formula (OWASP, CSV injection); an apostrophe keeps it a text. */
const FORMULA = /^[=+\-@\t\r]/;

/** A header and its rows. Null is an empty cell. */
export const csv = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [header, ...rows].map(row => `${row.map(written).join(',')}\r\n`).join('');

function written(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
