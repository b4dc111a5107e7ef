/** The upstream room on a site: what it is handed of the world, the store and the chargers, and what people see of it. */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import type { ChargersHandle } from '#chargers/chargers.ts';
import { diagnosticFiles } from '#diagnostics.ts';
import type { SiteEvent } from '#site/event.ts';
import { raisedBy } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { Store, StoreDeps } from '#store/store.ts';
import type { UpstreamOptions } from '#upstream/options.ts';
import { openUpstream, type Upstream } from '#upstream/upstream.ts';
import type { RecordStore, StoredDocument, World } from '#world.ts';

/** As package.json has it; a test holds them together. */
export const VERSION = '0.1.0';

/** A command for the back office may wait behind everything that controls; its own patience is 30 s. */
const RELAY_TIMEOUT_MS = 15_000;

export type BackOfficeDeps = {
  readonly world: World;
  readonly records: RecordStore;
  readonly sessions: Store['sessions'];
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  chargers(): ChargersHandle | null;
};

export function openBackOffice(deps: BackOfficeDeps, options: UpstreamOptions): Upstream {
  const { world, records, state, dispatch } = deps;
  return openUpstream(
    {
      world,
      sessions: deps.sessions,
      version: VERSION,
      diagnostics: (from, to) => diagnosticFiles({ ...deps, version: VERSION }, from, to),
      state,
      dispatch,
      documents: kind => readable(records, world.log, kind),
      eachDocument: (kind, seen) => told(world.log, kind, records.eachDocument(kind, seen)),
      document: (kind, key) => records.document(kind, key),
      commit: changes => records.commit(changes),
      command: (charger, command, settled) => {
        const door = deps.chargers();
        const options = { priority: 'other', timeoutMs: RELAY_TIMEOUT_MS } as const;
        if (door !== null) door.command(charger, command, options, { sent() {}, settled });
        else world.clock.after('no charger door', 0, () => settled(failed('offline', 'no charger is connected yet')));
      },
    },
    options,
  );
}

/** What goes to disk with a session, so that the back office hears of it; made before the room that makes it. */
export const businessOf = (
  clock: Clock,
  upstream: () => Upstream,
  dispatch: (event: SiteEvent) => void,
): NonNullable<StoreDeps['business']> => ({
  also: business => upstream().also(business),
  kept(business) {
    upstream().kept(business);
    const flags = raisedBy(business);
    if (flags.length === 0 || !('session' in business) || business.session === null) return;
    dispatch({ type: 'session-flagged', session: business.session, flags, atMs: clock.nowMs() });
  },
  isNeeded: session => upstream().isNeeded(session),
});

function readable(records: RecordStore, log: Log, kind: string): readonly StoredDocument[] {
  const found = records.documents(kind);
  told(log, kind, found);
  return found.ok ? found.value : [];
}

function told(log: Log, kind: string, read: Outcome<unknown>): void {
  if (!read.ok) log.error('what was stored for the back office cannot be read', { kind, detail: read.detail });
}
