/** Text that somebody else may have spoilt, read as JSON. */

/** Null where the text is no JSON, and where it says null. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** The members of an object; of anything else, none. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
