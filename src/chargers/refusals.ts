/** Who was turned away, kept for people: the installer finds here the charger that does not come. */

export type RefusedCharger = {
  readonly identity: string;
  readonly address: string;
  /** In words: "not in the configuration", "wrong password", … Of the last time. */
  readonly cause: string;
  readonly count: number;
  readonly firstAtWallMs: number;
  readonly lastAtWallMs: number;
};

/** Rows kept: more than a site has chargers to set up; the one that knocked longest ago goes first. */
export const MAX_REFUSED = 100;

export type Refusals = {
  /** True when it is worth a line in the log: a new one, a new cause, or the 10th, 100th, … time. */
  note(identity: string, address: string, cause: string, atWallMs: number): boolean;
  /** It came in from there after all. */
  forget(identity: string, address: string): void;
  /** Newest last. */
  list(): readonly RefusedCharger[];
};

export function createRefusals(): Refusals {
  const rows = new Map<string, RefusedCharger>();
  const key = (identity: string, address: string): string => `${identity} ${address}`;
  return {
    note(identity, address, cause, atWallMs) {
      const before = rows.get(key(identity, address));
      const count = (before?.count ?? 0) + 1;
      rows.delete(key(identity, address));
      rows.set(key(identity, address), {
        identity,
        address,
        cause,
        count,
        firstAtWallMs: before?.firstAtWallMs ?? atWallMs,
        lastAtWallMs: atWallMs,
      });
      const oldest = rows.keys().next().value;
      if (rows.size > MAX_REFUSED && oldest !== undefined) rows.delete(oldest);
      return before?.cause !== cause || Number.isInteger(Math.log10(count));
    },
    forget(identity, address) {
      rows.delete(key(identity, address));
    },
    list: () => [...rows.values()],
  };
}
