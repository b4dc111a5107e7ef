/** Writes of the page. The token is asked for once and kept in memory only: a closed tab forgets it. */
import { signal } from '@preact/signals';

/** What the person typed; empty until somebody asked. */
export const token = signal('');

export type Written =
  | { readonly kind: 'done' }
  /** The gateway wants a token, or another one than it was given. */
  | { readonly kind: 'token-needed'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string };

/** Sends one write. @param body as JSON, where one is wanted */
export async function write(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Written> {
  const headers: Record<string, string> = {
    ...(token.value === '' ? {} : { authorization: `Bearer ${token.value}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    const answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    if (answer.ok) return { kind: 'done' };
    const { detail } = (await answer.json()) as { detail: string };
    if (answer.status !== 401) return { kind: 'refused', detail };
    const isFirst = token.value === '';
    token.value = '';
    return { kind: 'token-needed', detail: isFirst ? '' : detail };
  } catch {
    return { kind: 'refused', detail: 'The gateway does not answer.' };
  }
}
