/** Every make of charger that can be adopted comes under control as fast, while the others charge on a tight fuse. */
import { afterEach, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { AWKWARD, TAME } from '#sim/zoo.ts';

let open: Story | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

const MAKES = [...TAME, ...AWKWARD].map(({ brand }) => brand.vendor);

it.each(MAKES)(
  'a charger by %s is adopted among cars that charge: no limit is exceeded, and it gets its share',
  async make => {
    open = await story({
      seed: make,
      circuits: [{ id: 'main', fuseA: 50, designLoadA: 8, baseA: 8 }],
      chargers: [{}, {}, { make, unlisted: true }],
    });
    const site = open;
    site.plug('CP1');
    site.plug('CP2');
    await site.run('5 min');
    site.gateway.adoption.openWindow();
    await site.run('30 s');
    const said = { circuit: 'main', ratingA: 32, phases: 3, rotation: 'RST' };
    expect(await site.gateway.adoption.adopt('CP3', said)).toMatchObject({ kind: 'done' });
    await site.run('15 s');
    const [, , charger] = site.gateway.state().chargers;
    expect(charger).toMatchObject({ link: 'online', booted: true, vendor: make });
    expect(site.post('CP3').station.isOnline()).toBe(true);
    site.plug('CP3');
    await site.run('10 min');
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    const { overLimitMs, violations } = site.account();
    expect({ overLimitMs, violations }).toEqual({ overLimitMs: 0, violations: [] });
  },
);
