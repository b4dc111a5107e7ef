/** Several texts as one file that every system can open: POSIX.1-1988 ustar, uncompressed. */

export type ArchiveFile = { readonly name: string; readonly text: string };

const BLOCK = 512;

/** @param name at most 100 plain characters @param atS seconds since 1970, for all of them */
export function tarOf(files: readonly ArchiveFile[], atS: number): Uint8Array {
  const parts = files.flatMap(({ name, text }) => {
    const body = new TextEncoder().encode(text);
    return [header(name, body.length, atS), padded(body)];
  });
  // Two empty blocks end an archive.
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 2 * BLOCK));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function padded(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(body.length / BLOCK) * BLOCK);
  out.set(body);
  return out;
}

/** Fields at their places (IEEE Std 1003.1, pax, “ustar Interchange Format”); numbers are octal text. */
function header(name: string, size: number, atS: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(0, name.slice(0, 100));
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0${octal(atS, 11)}\0`);
  // The sum is taken with blanks in its own place.
  put(148, `${' '.repeat(8)}0`);
  put(257, 'ustar\x0000');
  const sum = block.reduce((all, byte) => all + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}
