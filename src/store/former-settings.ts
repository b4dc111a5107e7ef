/**
 * What a charger was set to before we changed it (rule 25), so that it can be handed back as it was found. Written down
 * once, at the first contact of all: whatever it says later may be ours.
 */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Variable } from '#site/command.ts';
import type { RecordStore } from '#world.ts';

const KIND = 'former-settings';

export type FormerSettings = {
  isKept(identity: string): boolean;
  /** A disk that fails is logged, and the next contact tries again. */
  keep(identity: string, settings: readonly Variable[]): void;
};

export type FormerSettingsDeps = { readonly clock: Clock; readonly log: Log; readonly records: RecordStore };

/** Opens them on the records of a site. On disk: `{savedAtWallMs, settings: [{key, readonly, value}]}` by identity. */
export function openFormerSettings({ clock, log, records }: FormerSettingsDeps): FormerSettings {
  const found = records.documents(KIND);
  const kept = new Set(found.ok ? found.value.map(({ key }) => key) : []);
  const write = async (identity: string, settings: readonly Variable[]) => {
    const json = JSON.stringify({ savedAtWallMs: clock.wallMs(), settings });
    const outcome = await records.commit([{ type: 'put', document: { kind: KIND, key: identity, json } }]);
    if (outcome.ok) return;
    kept.delete(identity);
    log.error('what a charger was set to before could not be written down', {
      charger: identity,
      detail: outcome.detail,
    });
  };
  return {
    isKept: identity => kept.has(identity),
    keep(identity, settings) {
      if (kept.has(identity)) return;
      kept.add(identity);
      void write(identity, settings);
    },
  };
}
