/** What is wrong with something a person wrote. All problems of one text are told at once. */
export type Problem = {
  /** Dotted path from the top of the text: `circuits.2.limits.0.limitA`. Empty for the whole. */
  readonly path: string;
  /** What is wrong, and what was expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
};

/** Either a checked value or everything that is wrong with the text it came from. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };
