/** The newest lines of the log, kept for an archive that somebody may ask for. */
import type { DestinationStream } from 'pino';

/** A day of a site in trouble, and about 2 MB at most. */
const LINES_KEPT = 4_000;
const LINE_LENGTH = 500;

export type RecentLines = DestinationStream & { all(): readonly string[] };

/** Passes every line on. */
export function recentLines(sink: DestinationStream): RecentLines {
  const ring: string[] = [];
  let next = 0;
  return {
    write(line) {
      sink.write(line);
      ring[next] = line.trimEnd().slice(0, LINE_LENGTH);
      next = (next + 1) % LINES_KEPT;
    },
    all: () => (ring.length < LINES_KEPT ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)]),
  };
}
