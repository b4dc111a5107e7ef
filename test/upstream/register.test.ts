/** When connector numbers hold: only once they are on disk. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { Topology } from '#site/topology.ts';
import type { UpstreamDeps } from '#upstream/deps.ts';
import { Register } from '#upstream/register.ts';

const site = (...identities: readonly string[]): Topology =>
  ({
    chargers: identities.map(identity => ({ identity })),
    connectors: identities.map((_, index) => ({ index, charger: index, connectorId: 1 })),
  }) as unknown as Topology;

function open() {
  const scene = { topology: site('A'), answer: (_: Outcome<void>) => {} };
  const deps = {
    world: { clock: virtualClock(0), log: silentLog, randomness: { uuid: () => 'id' } },
    sessions: { get: () => null, open: () => [], bind: () => [] },
    state: () => ({ topology: scene.topology }),
    documents: () => [],
    eachDocument() {},
    commit: () =>
      new Promise<Outcome<void>>(resolve => {
        scene.answer = resolve;
      }),
  } as unknown as UpstreamDeps;
  const station = { url: 'ws://csms', identity: 'S', password: null, ca: null, messagesPerS: 5 };
  return { scene, register: new Register(deps, { ...station, resetScope: 'stuck' }) };
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
