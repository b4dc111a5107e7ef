/** Which addresses are of this machine or its network: only from there may a charger that nobody knows wait. Pure. */

/** Leading bits of an address, and how many of them count. */
type Block = { readonly bytes: readonly number[]; readonly bits: number };

/** Loopback (RFC 1122 §3.2.1.3), private (RFC 1918), link-local (RFC 3927). */
const IPV4: readonly Block[] = [
  { bytes: [127], bits: 8 },
  { bytes: [10], bits: 8 },
  { bytes: [172, 16], bits: 12 },
  { bytes: [192, 168], bits: 16 },
  { bytes: [169, 254], bits: 16 },
];

/** Unique local (RFC 4193: fc00::/7) and link-local (RFC 4291 §2.5.6: fe80::/10), by the first group. */
const isLocalGroup = (group: number): boolean => (group & 0xfe00) === 0xfc00 || (group & 0xffc0) === 0xfe80;

/** @param address in its plain form (`plainAddress`); text that is no address is not local */
export function isLocalAddress(address: string): boolean {
  if (address === '::1') return true;
  if (address.includes(':')) {
    const first = address.split(':', 1)[0] ?? '';
    return /^[0-9a-f]{1,4}$/i.test(first) && isLocalGroup(Number.parseInt(first, 16));
  }
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return false;
  const bytes = address.split('.').map(Number);
  return bytes.every(byte => byte <= 255) && IPV4.some(block => isIn(bytes, block));
}

function isIn(bytes: readonly number[], block: Block): boolean {
  return block.bytes.every((wanted, index) => {
    const bits = Math.min(8, block.bits - 8 * index);
    const mask = (0xff << (8 - bits)) & 0xff;
    return ((bytes[index] ?? 0) & mask) === wanted;
  });
}
