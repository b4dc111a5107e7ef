/** Why the world did not do what was asked. */
export type Failure =
  | 'rejected'
  | 'not-supported'
  | 'call-error'
  | 'timeout'
  | 'offline'
  | 'exception'
  | 'malformed'
  | 'cancelled'
  /** What a restart must know could not be written down, so it was not sent. */
  | 'unstored'
  | 'withdrawn';

/** What the world answered: a value, never an exception. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: Failure; readonly detail: string };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const failed = (why: Failure, detail: string): Outcome<never> => ({ ok: false, why, detail });
