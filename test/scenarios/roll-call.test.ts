/** Rules 5 and 13: chargers that send a sample a minute, each at another second. */
import { expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { watchPeak } from './watch.ts';

/** As if they had refused the key of the set-up. */
function sampleEveryMinute(site: Story): void {
  for (const { station } of site.site.posts) {
    const keys: Map<string, string> = Reflect.get(station, 'keys');
    keys.set('MeterValueSampleInterval', '60');
  }
}

it('four cars whose chargers send a sample a minute are raised to their share within ten minutes: they are asked together', async () => {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
    chargers: [{}, {}, {}, {}],
  });
  const peak = watchPeak(site, 'main');
  sampleEveryMinute(site);
  for (const { plan } of site.site.posts) {
    site.plug(plan.identity);
    await site.run('7 s');
  }
  await site.run('10 min');
  // (63 − 1.5 − 5) / 4 = 14.1 A, less what is not worth a command.
  const drawn = site.site.posts.map(({ plan }) => site.drawA(plan.identity));
  expect(Math.min(...drawn)).toBeGreaterThan(12);
  expect(peak.highestA()).toBeLessThanOrEqual(63);
  expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
  await site.close();
});
