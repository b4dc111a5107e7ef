/** Chargers that go on sending a sample a minute, whatever they were asked for. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { highest, pageOf, watchPeak } from './watch.ts';

const CARS = 4;
const MINUTE_MS = 60_000;

/** As if they had refused the key of the set-up: it is put back by hand. */
function sampleEveryMinute(site: Story): void {
  for (const { station } of site.site.posts) {
    const keys: Map<string, string> = Reflect.get(station, 'keys');
    keys.set('MeterValueSampleInterval', '60');
  }
}

const drawn = (site: Story) => site.site.posts.map(({ plan }) => site.drawA(plan.identity));

/** Second by second: every charger stays under control, and nothing is said to be wrong. */
async function calmly(site: Story, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await site.run('1 s');
    const { connectors, status } = pageOf(site);
    expect(connectors.map(({ control }) => control)).toEqual(new Array(CARS).fill('controlled'));
    expect(status.level).toBe('calm');
  }
}

describe('four cars on 63 A whose chargers send a sample a minute', () => {
  it('are kept under control: a step of the building is met within ten seconds, and while it is quiet so are the grants', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
      chargers: Array.from({ length: CARS }, () => ({})),
    });
    sampleEveryMinute(site);
    for (const { plan } of site.site.posts) site.plug(plan.identity);
    await calmly(site, 240);
    // The step comes two seconds before a sample: that one still shows what was drawn before the cut.
    const sampledMs = site.gateway.state().connectors[2]?.draw?.atMs ?? Number.NaN;
    while ((site.site.clock.nowMs() - sampledMs) % MINUTE_MS < MINUTE_MS - 2_000) await site.run('100 ms');
    const before = highest(site.flowA('main'));
    site.step('main', 25);
    expect(before + 25).toBeGreaterThan(63);
    await site.run('10 s');
    // 63 − 1.5 − 30 = 31.5 A are left.
    expect(drawn(site).reduce((sum, amps) => sum + amps)).toBeLessThanOrEqual(31.5);
    const peak = watchPeak(site, 'main');
    // Rule 8 needs two samples of the same disobedience: one from before the cut is none.
    await calmly(site, 300);
    // Small steps are made up after five minutes; then there is nothing left to change.
    await calmly(site, 900);
    const { grantChanges } = site.account();
    await calmly(site, 1800);
    expect(site.account().grantChanges).toBe(grantChanges);
    expect(peak.highestA()).toBeLessThanOrEqual(61.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  }, 60_000);

  it('come to more than their first six amperes: where a raise waits, all are asked twice, and what they say together counts', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
      chargers: Array.from({ length: CARS }, () => ({})),
    });
    sampleEveryMinute(site);
    for (const { plan } of site.site.posts) site.plug(plan.identity);
    await site.run('10 min');
    for (const amps of drawn(site)) expect(amps).toBeGreaterThan(12);
    expect(site.account()).toMatchObject({ overLimitMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  }, 60_000);

  it('come up too where two of them are sockets of one charger: each is asked for itself', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
      chargers: [{ sockets: 2 }, {}, {}],
    });
    sampleEveryMinute(site);
    const [twin, ...others] = site.site.posts.map(({ plan }) => plan.identity);
    for (const connectorId of [1, 2]) site.plug(twin ?? '', {}, connectorId);
    for (const identity of others) site.plug(identity);
    await site.run('15 min');
    const grants = pageOf(site).connectors.map(({ grantA }) => grantA ?? 0);
    expect(Math.min(...grants)).toBeGreaterThan(11);
    expect(site.account()).toMatchObject({ overLimitMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  }, 60_000);
});
