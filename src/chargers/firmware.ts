/**
 * Order of firmware names. Makers write them in many ways ("1.8.32", "V3.9.1-rc2", "0.14 build 771"), so
 * they are read as runs of digits and runs of letters; digits compare as numbers, a name that goes on
 * after the other has ended is the later one ("1.8" < "1.8.32"). Answers < 0, 0 or > 0.
 */
export function compareFirmware(a: string, b: string): number {
  const left = runs(a);
  const right = runs(b);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareRun(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A leading "v" or "version" is decoration. */
function runs(firmware: string): readonly string[] {
  const bare = firmware
    .trim()
    .toLowerCase()
    .replace(/^v(ersion)?[ .]?(?=\d)/, '');
  return bare.match(/\d+|[a-z]+/g) ?? [];
}

function compareRun(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const numberA = Number(a);
  const numberB = Number(b);
  if (!Number.isNaN(numberA) && !Number.isNaN(numberB)) return numberA - numberB;
  return a < b ? -1 : a > b ? 1 : 0;
}
