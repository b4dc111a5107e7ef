/**
 * When the process ended by a bug of its own, beside the records: a start that follows five of them within ten
 * minutes keeps to limits (design §3). A kill, a lost supply and an end in order leave nothing here.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CRASH_FILE = 'crashes.txt';

const CRASHES = 5;
const WITHIN_MS = 600_000;
/** Lines that are read: the newest of them decide. */
const KEPT = 20;

/** From now on an uncaught exception is noted before it ends the process, as it would without this. */
export function noteCrashes(folder: string): void {
  process.on('uncaughtExceptionMonitor', error => {
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(join(folder, CRASH_FILE), `${Date.now()} ${String(error.message).split('\n')[0]}\n`);
    } catch {
      // A disk that cannot take a line is found out by the first commit.
    }
  });
}

/**
 * How long to keep to limits, and why, at a start; null where there is no need. A clock that was set back is no
 * reason to forget.
 */
export function crashedLately(
  folder: string,
  nowWallMs: number,
): { readonly why: string; readonly forMs: number } | null {
  const lately = crashesIn(folder).filter(atMs => Math.abs(nowWallMs - atMs) < WITHIN_MS);
  const oldest = lately.at(-CRASHES);
  if (oldest === undefined) return null;
  return {
    why: `Busbar ended ${lately.length} times within ten minutes by a fault of its own`,
    forMs: WITHIN_MS - Math.max(0, nowWallMs - oldest),
  };
}

function crashesIn(folder: string): readonly number[] {
  try {
    const path = join(folder, CRASH_FILE);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter(line => line !== '');
    if (lines.length > KEPT) writeFileSync(path, `${lines.slice(-KEPT).join('\n')}\n`);
    return lines.slice(-KEPT).map(line => Number.parseInt(line, 10));
  } catch {
    return [];
  }
}
