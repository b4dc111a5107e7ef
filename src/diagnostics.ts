/** What the back office gets when it asks for diagnostics: files of ours. No secrets, and no cards: they are people's. */
import { HAPPENING_KIND } from '#history/history.ts';
import type { SiteState } from '#site/state.ts';
import type { RecordStore, StoredRecord, World } from '#world.ts';

/** A week of a usual site, about 300 kB. */
const EVENTS_MAX = 2_000;

export type DiagnosticsDeps = {
  readonly world: Pick<World, 'clock' | 'recentLog'>;
  readonly records: Pick<RecordStore, 'newest'>;
  readonly version: string;
  state(): SiteState;
};

export type DiagnosticFile = { readonly name: string; readonly text: string };

/** @param fromWallMs null = from the first that is kept @param toWallMs null = to the last */
export function diagnosticFiles(
  { world, records, version, state }: DiagnosticsDeps,
  fromWallMs: number | null,
  toWallMs: number | null,
): readonly DiagnosticFile[] {
  const isWanted = (atWallMs: number) => atWallMs >= (fromWallMs ?? 0) && atWallMs <= (toWallMs ?? Number.MAX_VALUE);
  const { clock, recentLog } = world;
  const about = { version, at: new Date(clock.wallMs()).toISOString(), clock: clock.quality() };
  const events = records.newest(HAPPENING_KIND, EVENTS_MAX);
  return [
    { name: 'about.json', text: jsonOf(about) },
    { name: 'state.json', text: jsonOf(state()) },
    {
      name: 'events.jsonl',
      text: events.ok ? lines(events.value.filter(({ atWallMs }) => isWanted(atWallMs)).map(eventLine)) : '',
    },
    { name: 'log.jsonl', text: lines(recentLog().filter(line => isWanted(lineWallMs(line)))) },
  ];
}

const HIDDEN = /^(idToken|idTag|groupIdToken|password|token|authorization)$/i;

const jsonOf = (value: unknown): string =>
  `${JSON.stringify(value, (key, inner) => (HIDDEN.test(key) && inner !== null ? '***' : inner), 1)}\n`;

const eventLine = ({ atWallMs, json }: StoredRecord): string =>
  `{"at":"${new Date(atWallMs).toISOString()}",${json.slice(1)}`;

/** A line whose time cannot be read is wanted. */
function lineWallMs(line: string): number {
  const [, at = ''] = /"at":"([^"]+)"/.exec(line) ?? [];
  const wallMs = Date.parse(at);
  return Number.isNaN(wallMs) ? 0 : wallMs;
}

const lines = (all: readonly string[]): string => all.map(line => `${line}\n`).join('');
