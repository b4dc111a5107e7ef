/**
 * Seeds with a disk at fault and a gateway that dies over its commits: what chargers were answered, against what is
 * on disk. Looks at frames, stations and documents only.
 */

import { beginSeed, closeOn } from '#sim/run.ts';
import type { SimSite } from '#sim/site.ts';
import type { Session } from '#site/session.ts';

const HOUR_MS = 3_600_000;

export type SessionTruth = {
  /** In words; empty where every answer was true. */
  readonly wrong: readonly string[];
  readonly sessions: number;
  readonly overLimitMs: number;
  readonly deaths: number;
};

function sessionsOf(site: SimSite): readonly Session[] {
  const records = site.world.openStore(null);
  const found = records.ok ? records.value.documents('session') : records;
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ json }) => JSON.parse(json) as Session);
}

export async function sessionTruth(seed: number): Promise<SessionTruth> {
  const wrong: string[] = [];
  let site: SimSite | null = null;
  const onFrame = (identity: string, frame: string) => {
    const id = /^\[3,.*"transactionId":(\d+)/.exec(frame)?.[1];
    if (id === undefined || site === null) return;
    const isThere = sessionsOf(site).some(session => session.id === Number(id) && session.charger === identity);
    if (!isThere) wrong.push(`${identity} was answered ${id}, and it is not on disk`);
  };
  const options = { seed, hours: 1, chargers: 8, faults: 'all', building: 'varying', zoo: 'all', disk: 'all' } as const;
  const begun = await beginSeed(options, { onFrame });
  site = begun.site;
  await site.clock.run(HOUR_MS);
  const sessions = sessionsOf(site);
  wrong.push(...twice(sessions), ...untrue(site, sessions));
  const { overLimitMs } = site.observer.finish();
  await closeOn(site, begun.life.gateway());
  return { wrong, sessions: sessions.length, overLimitMs, deaths: begun.faults?.['death-at-commit'] ?? 0 };
}

/** One start of a charger, two sessions. */
function twice(sessions: readonly Session[]): string[] {
  const starts = sessions.map(each => `${each.charger} ${each.connectorId} ${each.idToken} ${each.startedAtWallMs}`);
  return starts.filter((start, index) => starts.indexOf(start) !== index).map(start => `twice: ${start}`);
}

/** A session that runs is open on disk; an open one runs, or its charger has something left to tell. */
function untrue(site: SimSite, sessions: readonly Session[]): string[] {
  return site.posts.flatMap(({ plan, station }) => {
    const running = station.connectors.flatMap(({ transaction }) => transaction?.id ?? []);
    const open = sessions.filter(each => each.charger === plan.identity && each.endedAtWallMs === null);
    const missing = running.filter(id => !open.some(each => each.id === id));
    const left = station.waitingTransactions() > 0 ? [] : open.filter(({ id }) => !running.includes(id));
    return [
      ...missing.map(id => `${plan.identity} runs ${id}, which is not open on disk`),
      ...left.map(({ id }) => `${plan.identity} has told that ${id} ended, and it is open on disk`),
    ];
  });
}
