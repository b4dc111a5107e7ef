/** Phases: turned wiring, one-phase supplies, several sockets on one feed, and chargers that do not tell their phases. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, highest, watchPeak } from './watch.ts';

describe('two cars on one-phase chargers wired to different phases', () => {
  const pair = {
    circuits: [{ id: 'main', fuseA: 35, designLoadA: 12, baseA: 2 }],
    chargers: [{ rotation: 'R' }, { rotation: 'S' }, { rotation: 'R' }],
  };

  it('do not take anything from each other: each has its own phase of the fuse', async () => {
    const site = await story({ ...pair, chargers: [{ rotation: 'R' }, { rotation: 'S' }] });
    site.plug('CP1', { phases: 1 });
    site.plug('CP2', { phases: 1 });
    await site.run('20 min');
    // 35 − 1.5 − 2 = 31.5 A on each phase.
    expect(site.flowA('main')).toEqual([33.5, 33.5, 2]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0 });
    await site.close();
  });

  it('are cut one by one: a step of the building on L1 lowers nobody on L2, and a third car on L1 neither', async () => {
    const site = await story(pair);
    site.plug('CP1', { phases: 1 });
    site.plug('CP2', { phases: 1 });
    await site.run('20 min');
    // The free socket on L1 keeps its fallback current of 6 A.
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([25.5, 31.5]);
    site.step('main', [8, 0, 0]);
    await site.run('12 s');
    expect(site.drawA('CP1')).toBe(17.5);
    expect(site.drawA('CP2')).toBe(31.5);
    site.plug('CP3', { phases: 1 });
    await site.run('6 min');
    expect(site.drawA('CP1') + site.drawA('CP3')).toBeGreaterThan(20);
    expect(site.flowA('main')[0]).toBeLessThanOrEqual(33.5);
    expect(site.drawA('CP2')).toBe(31.5);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});

describe('one-phase cars on three-phase chargers', () => {
  it('draw on the phase to which their charger turns its first, and are measured there', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, designLoadA: 12, baseA: 0 }],
      chargers: [{ rotation: 'RST' }, { rotation: 'STR' }, { rotation: 'TRS' }],
    });
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity, { phases: 1, maxMa: 20_000 });
    await site.run('10 min');
    const flow = site.flowA('main');
    // Each on a phase of its own. Their masks are unknown, so each is booked on all three: 61.5 / 3.
    expect(flow).toEqual([20, 20, 20]);
    const drawn = ['CP1', 'CP2', 'CP3'].map(identity => connectorOf(site, identity).drawA);
    expect(drawn).toEqual([
      { l1: 20, l2: 0, l3: 0 },
      { l1: 0, l2: 20, l3: 0 },
      { l1: 0, l2: 0, l3: 20 },
    ]);
    await site.close();
  });
});

describe('a site with a one-phase supply', () => {
  it('shares its one phase, and the page has no other', async () => {
    const site = await story({
      supplyPhases: 1,
      circuits: [{ id: 'main', fuseA: 63, designLoadA: 12 }],
      chargers: [
        { rotation: 'R', brand: 'Cedar' },
        { rotation: 'R', brand: 'Cedar' },
        { rotation: 'R', brand: 'Cedar' },
      ],
    });
    site.step('main', [5, 0, 0]);
    const peak = watchPeak(site, 'main');
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity, { phases: 1 });
    await site.run('8 min');
    const [l1, l2, l3] = site.flowA('main');
    expect([l2, l3]).toEqual([0, 0]);
    // 63 − 1.5 = 61.5 A, less at most 2 A a car that is not worth a command.
    expect(l1).toBeGreaterThan(55.5);
    expect(peak.highestA()).toBeLessThanOrEqual(61.5);
    expect(connectorOf(site, 'CP1').drawA).toMatchObject({ l2: null, l3: null });
    site.step('main', [7, 0, 0]);
    await site.run('12 s');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(63);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});

describe('a charger with two sockets on one feed', () => {
  it('never draws more than its feed carries, whoever comes and goes', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 100, designLoadA: 12, baseA: 0 }],
      chargers: [{ sockets: 2 }],
    });
    const peak = watchPeak(site, 'main');
    site.plug('CP1', {}, 1);
    await site.run('4 min');
    // The free socket keeps its fallback current of 6 A.
    expect(site.drawA('CP1', 1)).toBe(26);
    site.plug('CP1', {}, 2);
    await site.run('4 min');
    for (const socket of [1, 2]) expect(site.drawA('CP1', socket)).toBeGreaterThan(14);
    site.post('CP1').station.unplug(1);
    await site.run('6 min');
    expect(site.drawA('CP1', 2)).toBeGreaterThan(23);
    expect(peak.highestA()).toBeLessThanOrEqual(32);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});

/** As if they had refused the keys of the set-up: their configuration is put back by hand. */
function sampleSparsely(site: Story): void {
  for (const { station } of site.site.posts) {
    const keys: Map<string, string> = Reflect.get(station, 'keys');
    keys.set('MeterValuesSampledData', 'Power.Active.Import');
    keys.set('MeterValueSampleInterval', '60');
  }
}

describe('chargers that tell their power alone, once a minute', () => {
  it('are kept within the fuse through steps of the building, and a third car still gets its turn', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 40, designLoadA: 20, baseA: 5 }],
      chargers: [{}, {}, {}],
    });
    sampleSparsely(site);
    site.plug('CP1');
    site.plug('CP2');
    await site.run('8 min');
    const peak = watchPeak(site, 'main');
    expect(site.drawA('CP1') + site.drawA('CP2')).toBeGreaterThan(15);
    site.plug('CP3');
    await site.run('5 min');
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    expect(peak.highestA()).toBeLessThanOrEqual(38.5);
    site.step('main', 6);
    await site.run('12 s');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(40);
    await site.run('8 min');
    site.step('main', -6);
    await site.run('8 min');
    for (const identity of ['CP1', 'CP2', 'CP3']) expect(site.drawA(identity)).toBeGreaterThan(6.5);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});
