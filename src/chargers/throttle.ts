/**
 * Wrong passwords cost an address its turns: some at once, then one every few seconds, so that a 16-byte
 * key cannot be guessed while one charger with an old password locks nobody out for long. Time is given.
 */

/** Wrong passwords that an address may send at once: a row of chargers behind one router, wrongly set up. */
const TRIES_AT_ONCE = 20;
/** After that, one try comes back in this time. */
const TRY_BACK_MS = 3_000;
/** Addresses remembered; the one that failed longest ago is forgotten first. */
const MAX_ADDRESSES = 1_024;

export type Throttle = {
  /** Whether an address has no try left at `atMs`. */
  blocked(address: string, atMs: number): boolean;
  failed(address: string, atMs: number): void;
  /** Addresses remembered now. */
  size(): number;
};

/** Counts for each address how far it is ahead of its allowance. `address` in its plain form. */
export function createThrottle(): Throttle {
  /** The instant at which the whole allowance is back. */
  const fullAt = new Map<string, number>();
  const key = (address: string): string => (address.includes(':') ? network(address) : address);
  return {
    blocked: (address, atMs) => (fullAt.get(key(address)) ?? 0) - atMs > (TRIES_AT_ONCE - 1) * TRY_BACK_MS,
    failed(address, atMs) {
      const before = Math.max(fullAt.get(key(address)) ?? 0, atMs);
      fullAt.delete(key(address));
      fullAt.set(key(address), before + TRY_BACK_MS);
      const oldest = fullAt.keys().next().value;
      if (fullAt.size > MAX_ADDRESSES && oldest !== undefined) fullAt.delete(oldest);
    },
    size: () => fullAt.size,
  };
}

/** The /64 an IPv6 address stands in: within it a host takes any address it likes. */
function network(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::') ? Array.from({ length: 8 - front.length - back.length }, () => '0') : [];
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
