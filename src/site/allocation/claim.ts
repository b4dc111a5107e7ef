/**
 * The allocation problem as plain data: a tree of rows with what is free on them, and claims on it.
 * Built from the state by `claims.ts`; the fill, its oracle and its benchmarks know nothing else.
 */

/** Circuits as a tree; node i has rows 4i (L1), 4i+1 (L2), 4i+2 (L3), 4i+3 (sum). Parents stand before children. */
export type RowTree = {
  readonly parent: Int32Array;
};

/** What one connector asks for. Currents in mA per active phase. */
export type Claim = {
  /** Its own name in the answer; not an index into anything here. */
  readonly connector: number;
  /** The node that feeds it. */
  readonly node: number;
  /** Bits 1, 2, 4 for grid phases L1, L2, L3. */
  readonly phaseMask: number;
  readonly minMa: number;
  readonly ceilingMa: number;
  readonly stepMa: number;
  /** Order of admission: lower first. Ties by connector. */
  readonly arrival: number;
};

/** What kept a claim from more. */
export type Bound =
  | { readonly kind: 'ceiling' }
  | { readonly kind: 'row'; readonly node: number; readonly row: 0 | 1 | 2 | 3 }
  /** Not admitted: its minimum did not fit this row. */
  | { readonly kind: 'not-admitted'; readonly node: number; readonly row: 0 | 1 | 2 | 3 };

export type Share = {
  readonly connector: number;
  /** 0, the claim's minimum as it stands, or a multiple of its step above that and not above its ceiling. */
  readonly targetMa: number;
  readonly bound: Bound;
};

/** Both in the order of the claims. */
export type Allocation = {
  readonly shares: readonly Share[];
  /** The shares before quantising, for the certificate. Side by side: a fraction in an object is an object of its own. */
  readonly exactMa: Float64Array;
};
