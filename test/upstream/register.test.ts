/** When connector numbers hold: only once they are on disk. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { Session } from '#site/session.ts';
import type { Topology } from '#site/topology.ts';
import type { UpstreamDeps } from '#upstream/deps.ts';
import { Register } from '#upstream/register.ts';

const site = (...identities: readonly string[]): Topology =>
  ({
    chargers: identities.map(identity => ({ identity })),
    connectors: identities.map((_, index) => ({ index, charger: index, connectorId: 1 })),
  }) as unknown as Topology;

function open() {
  const sessions = new Map<number, Session>();
  const bind = (id: number, upstream: Session['upstream']) => {
    sessions.set(id, { ...sessions.get(id), upstream } as Session);
    return [];
  };
  const scene = { topology: site('A'), answer: (_: Outcome<void>) => {} };
  const deps = {
    world: { clock: virtualClock(0), log: silentLog, randomness: { uuid: () => 'id' } },
    sessions: { get: (id: number) => sessions.get(id) ?? null, open: () => [], bind },
    state: () => ({ topology: scene.topology }),
    documents: () => [],
    eachDocument() {},
    commit: () =>
      new Promise<Outcome<void>>(resolve => {
        scene.answer = resolve;
      }),
  } as unknown as UpstreamDeps;
  const station = { url: 'ws://csms', identity: 'S', password: null, ca: null, messagesPerS: 5 };
  return { scene, sessions, register: new Register(deps, { ...station, resetScope: 'stuck' }) };
}

it('those of a charger that is adopted while others are written down are still to be written', async () => {
  const { scene, register } = open();
  const settled = register.settle();
  scene.topology = site('A', 'B');
  expect(register.numbering().unstored).toHaveLength(2);
  scene.answer(ok(undefined));
  await settled;
  expect(register.numbering().unstored).toMatchObject([{ document: { key: 'B/1' } }]);
});

it('those that the disk refuses stay proposals', async () => {
  const { scene, register } = open();
  const settled = register.settle();
  scene.answer(failed('exception', 'full'));
  await settled;
  expect(register.numbering().unstored).toHaveLength(1);
});

it('a session that was bound and answered while others were written down keeps the id that it has above', async () => {
  const { scene, register, sessions } = open();
  const settled = register.settle();
  scene.answer(ok(undefined));
  await settled;
  const before = { id: 7, charger: 'A', connectorId: 1, upstream: null } as Session;
  sessions.set(7, { ...before, upstream: { station: register.station, number: 1, transactionId: 77 } });
  expect(register.bound(before)).toEqual([]);
  expect(sessions.get(7)?.upstream?.transactionId).toBe(77);
});
