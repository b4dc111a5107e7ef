/** Sessions and the disk: what a charger was answered is on disk, whatever dies meanwhile, and nothing is there twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import type { Session } from '#site/session.ts';

let on: Story;
beforeEach(async () => {
  on = await story({
    circuits: [{ id: 'main', fuseA: 40, designLoadA: 5, baseA: 5 }],
    chargers: [{}, {}],
    mortal: true,
  });
});
afterEach(() => on.close());

/** What is on disk. */
function sessions(): readonly Session[] {
  const records = on.site.world.openStore(null);
  const found = records.ok ? records.value.documents('session') : records;
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ json }) => JSON.parse(json) as Session);
}

const transactionOf = (identity: string) => on.post(identity).station.connectorOf(1).transaction;
const known = (charger: number) => on.gateway.state().connectors[charger]?.transaction?.id ?? null;
const life = () => {
  if (on.life === null) throw new Error('a mortal story has a life');
  return on.life;
};

describe('a gateway that is started again', () => {
  it('knows the sessions that run before it has heard of any charger', async () => {
    on.plug('CP1');
    await on.run('1 min');
    const id = transactionOf('CP1')?.id;
    expect(id).toBeGreaterThan(0);
    life().restart(prng('x'), 20_000);
    await on.run('20010 ms');
    expect(on.gateway.state().chargers.map(({ link }) => link)).toEqual(['offline', 'offline']);
    expect([known(0), known(1)]).toEqual([id, null]);
  });

  it('closes a session under the number that the one before it gave', async () => {
    on.plug('CP1', { idTag: 'ANNA' });
    await on.run('5 min');
    const id = transactionOf('CP1')?.id;
    life().restart(prng('x'), 2_000);
    await on.run('1 min');
    on.unplug('CP1');
    await on.run('1 min');
    expect(sessions()).toMatchObject([{ id, charger: 'CP1', idToken: 'ANNA', reason: 'EVDisconnected' }]);
    expect(sessions()[0]?.meterStopWh).toBeGreaterThan(sessions()[0]?.meterStartWh ?? 0);
    expect(known(0)).toBeNull();
  });

  it('gives no number twice', async () => {
    const given = new Set<number>();
    for (let n = 0; n < 3; n++) {
      on.plug('CP1');
      await on.run('1 min');
      given.add(transactionOf('CP1')?.id ?? 0);
      on.unplug('CP1');
      await on.run('1 min');
      life().restart(prng('x'), 1_000);
      await on.run('1 min');
    }
    expect(sessions().map(({ id }) => id)).toEqual([...given]);
    expect(given.size).toBe(3);
  });
});

describe('the gateway dies over a start', () => {
  it('after it is on disk, before its answer: the charger tells it again and gets the same number', async () => {
    life().restartAtCommit(prng('x'), 'after-commit', 2_000);
    on.plug('CP1');
    await on.run('11 s');
    const [written] = sessions();
    expect(written?.charger).toBe('CP1');
    expect(transactionOf('CP1')?.id, 'no answer came').toBeNull();
    await on.run('2 min');
    expect(transactionOf('CP1')?.id).toBe(written?.id);
    expect(sessions()).toHaveLength(1);
  });

  it('before it is on disk: the charger tells it again, and there is one session', async () => {
    life().restartAtCommit(prng('x'), 'before-commit', 2_000);
    on.plug('CP1');
    await on.run('11 s');
    expect(sessions()).toEqual([]);
    await on.run('2 min');
    expect(sessions()).toMatchObject([{ id: transactionOf('CP1')?.id, charger: 'CP1', endedAtWallMs: null }]);
  });
});

describe('the gateway dies over a stop', () => {
  for (const at of ['before-commit', 'after-commit'] as const) {
    it(`${at}: the session ends once, at the register that the charger said`, async () => {
      on.plug('CP1');
      await on.run('10 min');
      life().restartAtCommit(prng('x'), at, 2_000);
      on.unplug('CP1');
      const meterWh = on.post('CP1').station.connectorOf(1).meterWh();
      await on.run('3 min');
      expect(sessions()).toHaveLength(1);
      expect(sessions()[0]?.endedAtWallMs).not.toBeNull();
      expect(sessions()[0]?.meterStopWh).toBe(meterWh);
      expect(on.post('CP1').station.waitingTransactions(), 'nothing is left to tell').toBe(0);
    });
  }
});

describe('a disk that is full', () => {
  it('lets limits be kept and no session begin on paper, says so, and loses none once there is room', async () => {
    on.plug('CP1');
    await on.run('3 min');
    on.site.disk.fill(10 * 60_000);
    on.plug('CP2');
    await on.run('5 min');
    expect(on.gateway.state().limitsOnly?.why).toBe('database or disk is full');
    expect(sessions()).toHaveLength(1);
    expect(transactionOf('CP2')?.id).toBeNull();
    const id = known(1);
    expect(id, 'control knows the car').not.toBeNull();
    await on.run('7 min');
    expect(on.gateway.state().limitsOnly).toBeNull();
    expect(sessions()).toMatchObject([{ charger: 'CP1' }, { charger: 'CP2', id }]);
    expect(transactionOf('CP2')?.id, 'the number it had from the first').toBe(id);
    expect(on.account()).toMatchObject({ overLimitMs: 0 });
  });

  it('keeps a stop with its charger until it can be written down', async () => {
    on.plug('CP1');
    await on.run('3 min');
    on.site.disk.fill(4 * 60_000);
    on.unplug('CP1');
    await on.run('3 min');
    expect(sessions()).toMatchObject([{ charger: 'CP1', endedAtWallMs: null }]);
    expect(on.post('CP1').station.waitingTransactions()).toBe(1);
    await on.run('3 min');
    expect(sessions()[0]?.endedAtWallMs).not.toBeNull();
    expect(on.post('CP1').station.waitingTransactions()).toBe(0);
  });
});

describe('a disk that hangs', () => {
  it('is limits only after ten seconds, and over with the first write that ends', async () => {
    on.site.disk.slow(40_000, 1_000);
    on.plug('CP1');
    await on.run('900 ms');
    on.site.disk.slow(40_000, 10_000);
    await on.run('29 s');
    expect(on.gateway.state().limitsOnly?.why).toBe('a write has not ended for 10 s');
    await on.run('2 min');
    expect(on.gateway.state().limitsOnly).toBeNull();
    expect(sessions()).toMatchObject([{ id: transactionOf('CP1')?.id }]);
  });
});
