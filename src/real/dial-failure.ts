/** What kept a dial from becoming a WebSocket, in the words that people's words are made from. */
import type { IncomingMessage } from 'node:http';

/** An error with its name: the message alone may be empty (several addresses tried) or in OpenSSL's words. */
export function errorWords(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const all = error instanceof AggregateError ? error.errors.map(String).join('; ') : '';
  const message = error.message === '' ? all : error.message;
  return code === '' || message.includes(code) ? message : `${message} (${code})`.trim();
}

/** An HTTP answer in place of a WebSocket: its status, where it leads to and what it brings. */
export function answerWords({ statusCode = 0, headers }: IncomingMessage): string {
  const status = `HTTP ${statusCode}`;
  if (statusCode >= 300 && statusCode < 400) return `${status}${leadsTo(headers.location)}`;
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(headers['content-type'] ?? '')?.[0];
  return statusCode < 300 && type !== undefined ? `${status}, ${type}` : status;
}

/** The host alone: the rest may be anything. */
function leadsTo(location: string | undefined): string {
  const to = location === undefined || !URL.canParse(location) ? '' : new URL(location).host;
  return to === '' ? '' : ` to ${to}`;
}
