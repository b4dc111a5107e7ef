/** Chargers that nobody knows: turned away, read in the half hour of the window, adopted while the garage charges. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Story, type StoryCharger, type StoryPlan, story } from '#sim/story.ts';
import { handMade } from './hand-made.ts';

let open: Story | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

const STRANGER: StoryCharger = { unlisted: true, circuit: 'row' };

/** Two chargers of the file on 63 A, and those that are in no file. */
async function garage(strangers: readonly StoryCharger[], rest: Partial<StoryPlan> = {}): Promise<Story> {
  open = await story({
    circuits: [
      { id: 'main', fuseA: 63, designLoadA: 10, baseA: 5 },
      { id: 'row', parent: 'main', fuseA: 40, evOnly: true },
    ],
    chargers: [{}, {}, ...strangers],
    ...rest,
  });
  return open;
}

const AS_IT_IS = { circuit: 'row', ratingA: 32, phases: 3, rotation: 'RST' } as const;

const stateOf = (site: Story, identity: string) => {
  const { topology, chargers, connectors } = site.gateway.state();
  const spec = topology.chargers.find(charger => charger.identity === identity);
  if (spec === undefined) return null;
  return { spec, charger: chargers[spec.index], connectors: spec.connectors.map(index => connectors[index]) };
};

const waitingIn = (site: Story) => site.gateway.adoption.shown().waiting.map(guest => guest.identity);

describe('while the window is closed', () => {
  it('a charger that nobody knows is turned away and changes nothing', async () => {
    const site = await garage([STRANGER]);
    expect(waitingIn(site)).toEqual([]);
    expect(stateOf(site, 'CP3')).toBeNull();
    expect(await site.gateway.adoption.adopt('CP3', AS_IT_IS)).toMatchObject({ kind: 'unknown' });
    expect(site.post('CP3').station.isOnline()).toBe(false);
  });
});

describe('while the window is open', () => {
  it('an unknown charger waits, is read, is told nothing, and gets nothing', async () => {
    const site = await garage([{ ...STRANGER, sockets: 2 }]);
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    const { waiting, untilMs } = site.gateway.adoption.shown();
    expect(untilMs).toBe(site.site.clock.nowMs() + 30 * 60_000 - 30_000);
    expect(waiting).toMatchObject([
      {
        identity: 'CP3',
        hasPassword: true,
        sockets: 2,
        boot: { vendor: 'Birch', serial: 'CP3' },
      },
    ]);
    expect(waiting[0]?.keys.map(variable => variable.key)).toContain('ChargingScheduleMaxPeriods');
    expect(site.post('CP3').station.isOnline()).toBe(false);
    expect([...site.post('CP3').station.writes()]).toEqual([]);
    expect(stateOf(site, 'CP3')).toBeNull();
  });

  it('it is adopted, charges within 15 s, and the others give way while every limit holds', async () => {
    const site = await garage([STRANGER]);
    site.plug('CP1');
    site.plug('CP2');
    await site.run('5 min');
    expect(site.grantA('CP1')).toBeGreaterThan(15);
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    expect(await site.gateway.adoption.adopt('CP3', { name: 'Bay 3', ...AS_IT_IS })).toMatchObject({ kind: 'done' });
    await site.run('5 s');
    site.plug('CP3');
    await site.run('10 s');
    expect(stateOf(site, 'CP3')).toMatchObject({ spec: { name: 'Bay 3' }, charger: { link: 'online', booted: true } });
    expect(site.post('CP3').station.isOnline()).toBe(true);
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    await site.run('5 min');
    expect(site.grantA('CP3')).toBeGreaterThan(10);
    expect(site.account()).toMatchObject({ overLimitMs: 0 });
    expect(waitingIn(site)).toEqual([]);
  });

  it('its rows, its booking at the rating and its place come with one fact, and no index of another moves', async () => {
    const site = await garage([{ ...STRANGER, sockets: 2 }]);
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    const before = site.gateway.state();
    await site.gateway.adoption.adopt('CP3', AS_IT_IS);
    const after = site.gateway.state();
    expect(after.topology.circuits.map(circuit => circuit.id)).toEqual(['main', 'row', 'CP3']);
    expect(after.topology.connectors.slice(0, 2)).toEqual(before.topology.connectors);
    expect(after.topology.connectors.slice(2).map(spec => spec.path)).toEqual([
      [2, 1, 0],
      [2, 1, 0],
    ]);
    expect(after.connectors.slice(2).map(({ ledger }) => ledger.held.map(held => held.limitMa))).toEqual([
      [32_000],
      [32_000],
    ]);
    expect(after.targets).toHaveLength(4);
    await site.run('1 min');
    expect(stateOf(site, 'CP3')?.connectors.map(connector => connector?.status)).toEqual(['Available', 'Available']);
  });

  it('two wait at once and each is adopted for itself; a second try at the same one is told that it is there', async () => {
    const site = await garage([STRANGER, STRANGER]);
    const { adoption } = site.gateway;
    adoption.openWindow();
    await site.run('30 s');
    expect(waitingIn(site)).toEqual(['CP3', 'CP4']);
    const answers = await Promise.all([
      adoption.adopt('CP3', AS_IT_IS),
      adoption.adopt('CP4', { ...AS_IT_IS, circuit: 'main' }),
      adoption.adopt('CP3', AS_IT_IS),
    ]);
    expect(answers.map(answer => answer.kind)).toEqual(['done', 'done', 'conflict']);
    await site.run('2 min');
    expect(site.gateway.state().topology.chargers.map(spec => spec.identity)).toEqual(['CP1', 'CP2', 'CP3', 'CP4']);
    expect(site.gateway.state().chargers.every(charger => charger.booted && charger.link === 'online')).toBe(true);
  });

  it('who comes in its place while the adoption is written down has to prove itself', async () => {
    const site = await garage([STRANGER], { mortal: true });
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    site.site.disk.slow(120_000, 30_000);
    const adopted = site.gateway.adoption.adopt('CP3', AS_IT_IS);
    site.post('CP3').station.reboot(1e9);
    await handMade(site, 'CP2', 'CP3');
    expect(waitingIn(site)).toEqual(['CP3']);
    await site.run('2 min');
    expect(await adopted).toMatchObject({ kind: 'done' });
    expect(stateOf(site, 'CP3')?.charger?.link).toBe('offline');
    expect(waitingIn(site)).toEqual([]);
  });

  it('after half an hour it closes by itself, and who still waits is sent away', async () => {
    const site = await garage([STRANGER]);
    site.gateway.adoption.openWindow();
    await site.run('29 min');
    expect(waitingIn(site)).toEqual(['CP3']);
    await site.run('61 s');
    expect(site.gateway.adoption.shown()).toMatchObject({ untilMs: null, waiting: [] });
    expect(await site.gateway.adoption.adopt('CP3', AS_IT_IS)).toMatchObject({ kind: 'unknown' });
    await site.run('5 min');
    expect(waitingIn(site)).toEqual([]);
  });

  it('a charger that comes from a public address may not wait', async () => {
    const site = await garage([{ ...STRANGER, address: '203.0.113.7' }, STRANGER]);
    site.gateway.adoption.openWindow();
    await site.run('1 min');
    expect(waitingIn(site)).toEqual(['CP4']);
  });

  it('all that is wrong with what a person says of it is told at once, and nothing changes', async () => {
    const site = await garage([{ ...STRANGER, sockets: 2 }]);
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    const before = site.gateway.state().topology;
    const body = { circuit: 'rwo', phases: 2, rotation: 'RST', ampere: 32, connectors: [{ connectorId: 1 }] };
    const answer = await site.gateway.adoption.adopt('CP3', body);
    if (answer.kind !== 'problems') throw new Error(answer.kind);
    expect(answer.problems.map(problem => problem.path).toSorted()).toEqual([
      'ampere',
      'circuit',
      'connectors',
      'phases',
      'ratingA',
    ]);
    expect(site.gateway.state().topology).toBe(before);
    expect(waitingIn(site)).toEqual(['CP3']);
  });
});

describe('a charger whose car draws already while nobody knows it', () => {
  it('comes under control within 15 s, and from then on every fuse holds, however much it drew before', async () => {
    const site = await garage([STRANGER]);
    site.plug('CP1');
    site.plug('CP2');
    await site.run('5 min');
    site.plug('CP3');
    await site.run('1 min');
    expect(site.drawA('CP3')).toBe(32);
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    await site.gateway.adoption.adopt('CP3', AS_IT_IS);
    await site.run('15 s');
    const flows: number[] = [];
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      flows.push(Math.max(...site.flowA('main')));
    }
    expect(Math.max(...flows)).toBeLessThanOrEqual(63);
    expect(site.grantA('CP3')).not.toBeNull();
    expect(site.drawA('CP3')).toBeLessThanOrEqual(site.grantA('CP3') ?? 0);
    expect(site.drawA('CP1') + site.drawA('CP2') + site.drawA('CP3')).toBeGreaterThan(50);
  });
});

describe('a charger of a model that nobody has proven', () => {
  it('is adopted where its rating finds no room: that is said, nothing is raised, and it stands at its fallback', async () => {
    const brand = { vendor: 'Nobody', model: 'Box', firmware: '1.0', stepMa: 100 };
    const site = await garage([], {
      circuits: [{ id: 'main', fuseA: 40, designLoadA: 10, baseA: 5 }],
      chargers: [{}, {}, { ...STRANGER, circuit: 'main', brand }],
    });
    site.plug('CP1');
    await site.run('5 min');
    const beforeA = site.grantA('CP1') ?? 0;
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    const answer = await site.gateway.adoption.adopt('CP3', { ...AS_IT_IS, circuit: 'main' });
    expect(answer).toMatchObject({ kind: 'done', notes: [expect.stringContaining('main has no room for that')] });
    site.plug('CP3');
    await site.run('5 min');
    expect(site.drawA('CP3')).toBeLessThanOrEqual(6);
    expect(site.grantA('CP1')).toBeLessThanOrEqual(beforeA);
    expect(site.account()).toMatchObject({ overLimitMs: 0 });
  });
});

/** A disk takes its time where the gateway may die. */
async function said<T>(site: Story, answer: Promise<T>): Promise<T> {
  await site.run('1 s');
  return answer;
}

/** Opened, read, adopted, and its car charges. */
async function adopted(rest: Partial<StoryPlan> = {}): Promise<Story> {
  const site = await garage([STRANGER], rest);
  site.gateway.adoption.openWindow();
  await site.run('30 s');
  await said(site, site.gateway.adoption.adopt('CP3', { name: 'Bay 3', ...AS_IT_IS }));
  for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
  await site.run('5 min');
  return site;
}

describe('an adopted charger', () => {
  it('outlives the gateway: the next one knows it, books what it may hold, and lets it in with its own password', async () => {
    const site = await adopted({ mortal: true });
    const grantA = site.grantA('CP3') ?? 0;
    expect(grantA).toBeGreaterThan(10);
    site.life?.restart(site.site.random, 5_000);
    await site.run('5200 ms');
    expect(stateOf(site, 'CP3')).toMatchObject({
      spec: { name: 'Bay 3' },
      charger: { traits: { leaseClass: 'A' } },
      connectors: [{ ledger: { held: [{ limitMa: Math.round(1000 * grantA) }] } }],
    });
    await site.run('2 min');
    expect(stateOf(site, 'CP3')).toMatchObject({ charger: { link: 'online' } });
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    expect(site.account()).toMatchObject({ overLimitMs: 0 });
  });

  it('that is taken out gets nothing and keeps its place and its booking; taken back, it charges again', async () => {
    const site = await adopted();
    const { adoption } = site.gateway;
    expect(await adoption.remove('CP3')).toMatchObject({ kind: 'done' });
    await site.run('30 s');
    expect(site.drawA('CP3')).toBe(0);
    expect(stateOf(site, 'CP3')).toMatchObject({ spec: { removed: true, index: 2 }, charger: { link: 'online' } });
    expect(site.gateway.state().targets[2]).toMatchObject({ targetMa: 0, reason: { source: 'operator' } });
    site.post('CP3').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('1 min');
    const { connectors } = site.gateway.state();
    expect(connectors[2]?.ledger.held.at(-1)).toMatchObject({ limitMa: 0, lapseMa: 6_000 });
    site.post('CP3').link.mend();
    expect(await adoption.adopt('CP3', {})).toMatchObject({ kind: 'done' });
    await site.run('3 min');
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    expect(site.account()).toMatchObject({ overLimitMs: 0 });
  });

  it('that was taken out is still there after a restart, and still gets nothing', async () => {
    const site = await adopted({ mortal: true });
    await said(site, site.gateway.adoption.remove('CP3'));
    site.life?.restart(site.site.random, 5_000);
    await site.run('2 min');
    expect(stateOf(site, 'CP3')?.spec.removed).toBe(true);
    expect(site.drawA('CP3')).toBe(0);
  });

  it('of the site file cannot be taken out here', async () => {
    const site = await garage([]);
    expect(await site.gateway.adoption.remove('CP1')).toMatchObject({ kind: 'conflict' });
    expect(await site.gateway.adoption.remove('CP9')).toMatchObject({ kind: 'unknown' });
    expect(await site.gateway.adoption.adopt('CP1', AS_IT_IS)).toMatchObject({ kind: 'conflict' });
  });
});
