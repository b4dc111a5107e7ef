/** A gateway that dies at any instant, one that is started again, and one that stays dead. */
import { describe, expect, it } from 'vitest';
import { GatewayLife } from '#sim/gateway-life.ts';
import { mortalWorld } from '#sim/mortal.ts';
import { prng } from '#sim/prng.ts';
import { afterDeath, closeOn, runSeed } from '#sim/run.ts';
import { drawSite } from '#sim/scenario.ts';
import { openSite, powerOn, type SimSite } from '#sim/site.ts';
import { startTraffic } from '#sim/traffic.ts';

/** Five chargers after a quarter of an hour of traffic, and every frame that gateways sent. */
async function garage() {
  const frames: number[] = [];
  let nowMs = () => 0;
  const site: SimSite = openSite(drawSite(prng('life'), 5), {
    seed: 'life',
    building: 'constant',
    onFrame: () => frames.push(nowMs()),
  });
  nowMs = site.clock.nowMs;
  const life = await GatewayLife.begin(site);
  powerOn(site);
  startTraffic(site);
  await site.clock.run(15 * 60_000);
  const run = (ms: number) => site.clock.run(site.clock.nowMs() + ms);
  return { site, life, frames, run };
}

describe('a gateway that dies', () => {
  it('says nothing more, loses every socket, and is missed until another one stands and chargers are back', async () => {
    const { site, life, frames, run } = await garage();
    const first = life.gateway();
    expect(site.posts.every(post => post.link.isConnected())).toBe(true);
    const diedAtMs = site.clock.nowMs();
    expect(life.restart(prng('x'), 10_000)).toBe(true);
    expect(life.restart(prng('x'), 10_000), 'the dead do not die').toBe(false);
    const before = frames.length;
    await run(9_999);
    expect(frames.length).toBe(before);
    expect(site.posts.some(post => post.link.isConnected())).toBe(false);
    await run(60_000);
    expect(frames.filter(atMs => atMs > diedAtMs).every(atMs => atMs >= diedAtMs + 10_000)).toBe(true);
    expect(frames.length).toBeGreaterThan(before);
    expect(site.posts.every(post => post.link.isConnected())).toBe(true);
    expect(life.gateway()).not.toBe(first);
    expect(
      life
        .gateway()
        .state()
        .chargers.map(({ link }) => link),
    ).toEqual(Array(5).fill('online'));
    const { brokenBuckets } = site.observer.finish();
    expect(brokenBuckets.gateway).toBeGreaterThanOrEqual(10_000);
    expect(brokenBuckets.gateway).toBeLessThan(30_000);
    await closeOn(site, life.gateway());
  });

  it('leaves its records to the next one', async () => {
    const { site, life, run } = await garage();
    expect(life.gateway().putLimits('ems', [{ circuit: 'main', limitA: 17 }]).ok).toBe(true);
    await run(1000);
    life.restart(prng('x'), 2000);
    await run(3000);
    expect(life.gateway().state().outsideLimits).toMatchObject([{ source: 'ems', limitMa: [17_000, 17_000, 17_000] }]);
    await closeOn(site, life.gateway());
  });

  it('takes with it what it had not committed, and nothing else', async () => {
    const { site, run } = await garage();
    const record = (json: string) => ({ kind: 'test', atWallMs: 1, json });
    const mortal = mortalWorld(site.world);
    const store = mortal.world.openStore(null);
    if (!store.ok) throw new Error(store.detail);
    void store.value.append([record('kept')]);
    await run(20);
    void store.value.append([record('lost')]);
    mortal.kill();
    await run(1000);
    const next = site.world.openStore(null);
    expect(next.ok && next.value.newest('test', 10)).toEqual({ ok: true, value: [record('kept')] });
  });

  it('hears no timer, no socket and no answer of a meter any more', async () => {
    const { site, run } = await garage();
    const mortal = mortalWorld(site.world);
    const heard: string[] = [];
    mortal.world.clock.after('test', 100, () => heard.push('timer'));
    const bus = mortal.world.openBus({ kind: 'tcp', host: '127.0.0.1', port: 1502 });
    await bus.connect(1000);
    void bus.read({ unit: 1, table: 'input', address: 0, count: 2 }, 1000).then(() => heard.push('meter'));
    mortal.kill();
    await run(5000);
    expect(heard).toEqual([]);
  });
});

describe('a gateway killed for good', () => {
  it('never comes back, also when a restart was due', async () => {
    const { site, life, frames, run } = await garage();
    life.restart(prng('x'), 5000);
    life.end(prng('x'));
    const before = frames.length;
    await run(120_000);
    expect(frames.length).toBe(before);
    expect(site.posts.some(post => post.link.isConnected())).toBe(false);
  });

  it('leaves buildings that come to draw the most they declared, and never more', async () => {
    const { site, life } = await garage();
    await afterDeath(site, life);
    site.plan.circuits.forEach(({ designMa }, circuit) => {
      if (designMa) expect(site.truth.background(circuit)).toEqual(designMa);
    });
  });

  it('has what flows above a fuse after the longest lease counted, and what flowed before it set apart', async () => {
    const { site, life } = await garage();
    const { leaseTtlMs } = life.gateway().state().topology;
    const lapsesAtMs = site.clock.nowMs() + leaseTtlMs + 20_000;
    site.clock.after('planted', 60_000, () => site.truth.addBackground(0, [500_000, 0, 0]));
    site.clock.after('planted', leaseTtlMs + 30_000, () => site.truth.addBackground(0, [-500_000, 0, 0]));
    await afterDeath(site, life);
    const account = site.observer.finish();
    expect(account.afterDeathOverMs).toBe(10_000);
    expect(account.violations).toMatchObject([{ kind: 'after-death', atMs: lapsesAtMs, row: 'L1', limit: 'fuse' }]);
    expect(account.exogenousOverMs).toBeGreaterThanOrEqual(leaseTtlMs - 60_000);
    expect(account.overLimitMs).toBe(0);
    expect(account.brokenBuckets.gateway, 'its death is judged by the figures above').toBe(0);
  });
});

describe('a gateway that hangs for good', () => {
  it('keeps its sockets and hears meters and chargers, yet sends no limit any more, so that every lease lapses', async () => {
    const { site, life, frames, run } = await garage();
    const state = () => life.gateway().state();
    const highestMa = () => Math.max(...site.posts.map(({ station }) => station.promisedMa(station.connectorOf(1))));
    const lapsedMa = Math.max(
      ...state().topology.connectors.map(({ minMa, fallbackMa }) => Math.max(minMa, fallbackMa)),
    );
    expect(highestMa(), 'somebody has a lease').toBeGreaterThan(lapsedMa);
    life.hang(prng('x'));
    const hungAtMs = site.clock.nowMs();
    const sent = frames.length;
    await run(4 * state().topology.leaseTtlMs);
    const toldAtMs = state().connectors.map(({ ledger }) => ledger.held.at(-1)?.sentAtMs ?? 0);
    expect(Math.max(...toldAtMs)).toBeLessThanOrEqual(hungAtMs);
    expect(highestMa()).toBeLessThanOrEqual(lapsedMa);
    expect(frames.length, 'it answers').toBeGreaterThan(sent);
    expect(site.posts.every(post => post.link.isConnected())).toBe(true);
    expect(state().meters.every(({ atMs }) => site.clock.nowMs() - atMs < 10_000)).toBe(true);
    expect(life.restart(prng('x'), 1000), 'nobody takes it for dead').toBe(false);
  });

  it('does not come back where it hung while it was down', async () => {
    const { site, life, frames, run } = await garage();
    life.restart(prng('x'), 5000);
    life.hang(prng('x'));
    const before = frames.length;
    await run(120_000);
    expect(frames.length).toBe(before);
    expect(site.posts.some(post => post.link.isConnected())).toBe(false);
  });
});

describe('a seed of the zoo', () => {
  const options = { chargers: 8, hours: 0.75, faults: 'all', building: 'varying', zoo: 'all', trace: true } as const;

  it('gives the same frames at the same instants every time, restarts and death included', async () => {
    const [first, second] = [await runSeed({ ...options, seed: 2 }), await runSeed({ ...options, seed: 2 })];
    expect(second.traceHash).toBe(first.traceHash);
    expect(first.faults?.['gateway-restart']).toBeGreaterThan(0);
  });
});
