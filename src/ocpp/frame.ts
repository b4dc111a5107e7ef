/**
 * OCPP-J frames as text: guarded, read and printed. Nothing here throws on what another side sends.
 * Sources: OCPP 1.6-J clause 4.2; OCPP 2.0.1 Part 4 clause 4; OCPP 2.1 Part 4 (types 5 and 6).
 */

/** Before the boot was accepted a stranger speaks: a boot and its retries need little. */
export const UNACCEPTED_FRAME_BYTES = 64 * 1024;
/** After it: long transaction data and local lists, and still no way to fill the memory. */
export const ACCEPTED_FRAME_BYTES = 256 * 1024;
/** The deepest legal message of any version nests 8 deep; twice that leaves vendors room. */
export const FRAME_DEPTH = 16;
/** OCPP 2.x bounds errorDescription; 1.6 has the same bound in its errata. */
const DESCRIPTION_LENGTH = 255;
/** For an answer to a frame whose id could not be read (OCPP 2.0.1 Part 4 clause 4.2.3). */
export const UNREADABLE_ID = '-1';

export type Frame =
  | { readonly kind: 'call'; readonly id: string; readonly action: string; readonly payload: object }
  | { readonly kind: 'result'; readonly id: string; readonly payload: object }
  | { readonly kind: 'error'; readonly id: string; readonly code: string; readonly description: string }
  /** 2.1: the other side could not use our CALLRESULT. */
  | { readonly kind: 'result-error'; readonly id: string; readonly code: string; readonly description: string }
  /** 2.1: a CALL that wants no answer. */
  | { readonly kind: 'send'; readonly id: string; readonly action: string; readonly payload: object }
  | { readonly kind: 'unknown-type' }
  /** A broken CALL, or nothing that can be told apart; `id` null where it could not be read. */
  | { readonly kind: 'malformed'; readonly id: string | null; readonly detail: string }
  /** A broken answer or SEND: neither is ever answered. `id` is that of the call it answers. */
  | { readonly kind: 'malformed-mute'; readonly id: string | null; readonly detail: string };

/** Whether the text is longer than `maxBytes` in UTF-8. Counts only where the length in UTF-16 leaves a doubt. */
export function isLongerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Half of a surrogate pair is two of its four bytes; every other unit above 0x7ff is three.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes > maxBytes;
}

/** Whether brackets nest deeper than `maxDepth`, told before anything is built. Brackets in strings do not count. */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  return hasMoreThan(text, maxDepth) && nestsDeeperThan(text, maxDepth);
}

/** Whether more than `count` brackets open, those in strings included: seldom, and found without a look at each letter. */
function hasMoreThan(text: string, count: number): boolean {
  let left = count;
  for (const bracket of ['{', '['])
    for (let i = text.indexOf(bracket); i >= 0; i = text.indexOf(bracket, i + 1)) if (--left < 0) return true;
  return false;
}

function nestsDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) quoted = true;
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

/** Reads one text frame. The caller has guarded its size and depth. */
export function parseFrame(text: string): Frame {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: 'malformed', id: null, detail: 'not JSON' };
  }
  if (!Array.isArray(message)) return { kind: 'malformed', id: null, detail: 'not an array' };
  const [type, id] = message as unknown[];
  if (typeof type !== 'number') return { kind: 'malformed', id: null, detail: 'no message type' };
  switch (type) {
    case 2:
      return parseCall(message, id);
    case 3:
      return parseResult(message, id);
    case 4:
      return parseError('error', message, id);
    case 5:
      return parseError('result-error', message, id);
    case 6:
      return parseSend(message, id);
    default:
      return { kind: 'unknown-type' };
  }
}

function parseCall(message: readonly unknown[], id: unknown): Frame {
  if (typeof id !== 'string') return { kind: 'malformed', id: null, detail: 'the message id is not a string' };
  const action = message[2];
  const payload = message[3];
  if (typeof action !== 'string') return { kind: 'malformed', id, detail: 'the action is not a string' };
  if (!isObject(payload)) return { kind: 'malformed', id, detail: 'the payload is not an object' };
  if (message.length !== 4) return { kind: 'malformed', id, detail: `${message.length} elements instead of 4` };
  return { kind: 'call', id, action, payload };
}

function parseSend(message: readonly unknown[], id: unknown): Frame {
  const frame = parseCall(message, id);
  if (frame.kind === 'call') return { ...frame, kind: 'send' };
  return { kind: 'malformed-mute', id: null, detail: 'a SEND that cannot be read' };
}

function parseResult(message: readonly unknown[], id: unknown): Frame {
  if (typeof id !== 'string') return { kind: 'malformed-mute', id: null, detail: 'the message id is not a string' };
  const payload = message[2];
  if (!isObject(payload)) return { kind: 'malformed-mute', id, detail: 'the payload is not an object' };
  return { kind: 'result', id, payload };
}

/** Description and details are for people: their absence does not spoil the answer. */
function parseError(kind: 'error' | 'result-error', message: readonly unknown[], id: unknown): Frame {
  if (typeof id !== 'string') return { kind: 'malformed-mute', id: null, detail: 'the message id is not a string' };
  const [, , code, description] = message;
  if (typeof code !== 'string') return { kind: 'malformed-mute', id, detail: 'the error code is not a string' };
  return { kind, id, code, description: typeof description === 'string' ? description : '' };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function printCall(id: string, action: string, payload: object): string {
  return JSON.stringify([2, id, action, payload]);
}

export function printResult(id: string, payload: object): string {
  return JSON.stringify([3, id, payload]);
}

/** `code` is the version's own word. */
export function printError(id: string, code: string, description: string): string {
  return JSON.stringify([4, id, code, description.slice(0, DESCRIPTION_LENGTH), {}]);
}
