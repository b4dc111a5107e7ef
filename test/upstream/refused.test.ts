/** Sessions whose card was turned away, over the years of a site without a back office. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import { begunBy, closedAtLast, type Session, type Started } from '#site/session.ts';
import type { UpstreamDeps } from '#upstream/deps.ts';
import { openUpstream } from '#upstream/upstream.ts';
import { topologyOf } from '../site/site.ts';

it('after a thousand that never stopped when they were told the next one is still told to', async () => {
  const clock = virtualClock(0);
  const sessions = new Map<number, Session>();
  const told: number[] = [];
  const deps = {
    world: { clock, log: silentLog },
    sessions: { get: (id: number) => sessions.get(id) ?? null, open: () => [], stopAsked: () => [] },
    state: () => ({ topology: topologyOf({ bays: [{}] }), chargers: [{ link: 'online' }], connectors: [] }),
    documents: () => [],
    commit: async () => ok(undefined),
    command: (_: number, { transactionId }: { transactionId: number }) => told.push(transactionId),
  } as unknown as UpstreamDeps;
  const upstream = openUpstream(deps, { station: null, whoMayCharge: 'known', knownTokens: [] });
  const report: Started = {
    ...{ kind: 'transaction-started', connectorId: 1, idToken: 'STRANGER', meterStartWh: 0 },
    ...{ atWallMs: 0, reservationId: null },
  };
  const begin = (id: number) => {
    sessions.set(id, begunBy(report, 'CP1', id, { atWallMs: 0, offsetMs: 0, isLive: true }));
    upstream.answer(report, { kind: 'transaction-started', transactionId: id, status: 'Accepted' }, () => {});
  };
  for (let id = 1; id <= 1_000; id++) begin(id);
  await clock.run(3_600_000);
  for (const session of sessions.values()) upstream.kept({ kind: 'ended', ...closedAtLast(session) });
  begin(1_001);
  await clock.run(clock.nowMs() + 6_000);
  expect(told.at(-1)).toBe(1_001);
});
