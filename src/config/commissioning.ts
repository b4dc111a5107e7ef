/** The commissioning window: until when a connected charger that nobody proved counts at its fallback (rule 3). */
import type { Finding } from './finding.ts';
import { localTime, writtenInstant } from './local-time.ts';
import type { Draft } from './raw.ts';

/** Long enough to test every charger of a site; a window that never closes would be a proof that nobody made. */
const LONGEST_DAYS = 14;
const LONGEST_MS = LONGEST_DAYS * 86_400_000;

/** A clock before this was never set since its battery died: nothing is open by it, and the gateway runs. */
const EARLIEST_WALL_MS = Date.UTC(2025, 0, 1);

const PATH = 'commissioning.until';

export type Window =
  | { readonly state: 'none' }
  | { readonly state: 'open' | 'closed' | 'too-long'; readonly untilWallMs: number }
  | { readonly state: 'no-clock' | 'unreadable' };

/** The window that a file asks for, by a wall clock. */
export function windowOf(draft: Draft, nowWallMs: number): Window {
  const until = draft.commissioning?.until;
  if (until === undefined) return { state: 'none' };
  const untilWallMs = writtenInstant(until, draft.site?.timezone ?? 'UTC');
  if (untilWallMs === null) return { state: 'unreadable' };
  if (nowWallMs < EARLIEST_WALL_MS) return { state: 'no-clock' };
  if (untilWallMs <= nowWallMs) return { state: 'closed', untilWallMs };
  return { state: untilWallMs - nowWallMs > LONGEST_MS ? 'too-long' : 'open', untilWallMs };
}

/** When it ends, or null where none is open. */
export function openUntil(draft: Draft, nowWallMs: number): number | null {
  const window = windowOf(draft, nowWallMs);
  return window.state === 'open' ? window.untilWallMs : null;
}

export function commissioningFindings(draft: Draft, nowWallMs: number): readonly Finding[] {
  const window = windowOf(draft, nowWallMs);
  const zone = draft.site?.timezone ?? 'UTC';
  switch (window.state) {
    case 'unreadable': {
      // A zone that is none is told where it stands.
      if (writtenInstant(draft.commissioning?.until ?? '', 'UTC') !== null) return [];
      const message = `"${draft.commissioning?.until}" is no date or instant`;
      return [{ path: PATH, message, hint: '2026-03-20, 2026-03-20T18:00 or 2026-03-20T18:00:00Z' }];
    }
    case 'too-long': {
      const days = Math.ceil((window.untilWallMs - nowWallMs) / 86_400_000);
      const message = `ends in ${days} days, at most ${LONGEST_DAYS} are allowed`;
      return [{ path: PATH, message, hint: `at the latest ${localTime(nowWallMs + LONGEST_MS, zone)}` }];
    }
    case 'none':
    case 'open':
    case 'closed':
    case 'no-clock':
      return [];
  }
}

export function commissioningNotes(draft: Draft, nowWallMs: number): readonly Finding[] {
  const window = windowOf(draft, nowWallMs);
  if (window.state === 'closed') {
    const when = localTime(window.untilWallMs, draft.site?.timezone ?? 'UTC');
    return [{ path: PATH, message: `closed since ${when}`, hint: 'a later date opens it again, no entry is as good' }];
  }
  if (window.state !== 'no-clock') return [];
  const message = `not opened: the clock of this machine was never set (${new Date(nowWallMs).toISOString()})`;
  return [{ path: PATH, message, hint: 'set it, then read the file again (SIGHUP)' }];
}
