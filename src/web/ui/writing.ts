/** Writes of the page. The token is asked for once and kept in memory only: a closed tab forgets it. */
import { signal } from '@preact/signals';
import type { Problem } from '#base/problem.ts';

/** What the person typed; empty until somebody asked. */
export const token = signal('');

export type Written =
  /** `answer`: what the gateway said beside yes; null where it said nothing. */
  | { readonly kind: 'done'; readonly answer?: unknown }
  /** The gateway wants a token, or another one than it was given. */
  | { readonly kind: 'token-needed'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string; readonly problems?: readonly Problem[] };

/** Sends one write. @param body as JSON; none where it is left out */
export async function write(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<Written> {
  const headers: Record<string, string> = token.value === '' ? {} : { authorization: `Bearer ${token.value}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const answer = await fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok) return { kind: 'done', answer: answer.status === 204 ? null : await answer.json() };
    const { detail, problems = [] } = (await answer.json()) as { detail: string; problems?: readonly Problem[] };
    if (answer.status !== 401) return { kind: 'refused', detail, problems };
    const isFirst = token.value === '';
    token.value = '';
    return { kind: 'token-needed', detail: isFirst ? '' : detail };
  } catch {
    return { kind: 'refused', detail: 'The gateway does not answer.' };
  }
}
