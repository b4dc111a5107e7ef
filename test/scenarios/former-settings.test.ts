/** Rule 25: what a charger was set to before Busbar came is written down once, so that it can be handed back. */
import { expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { story } from '#sim/story.ts';
import { watchCalls } from './wire.ts';

it('a charger is asked what it is set to before that is changed, and never again, whatever restarts', async () => {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: [{}],
    cold: true,
    mortal: true,
  });
  const calls = watchCalls(site);
  site.powerOn();
  await site.run('1 min');
  const settings = calls.filter(({ action }) => action === 'GetConfiguration' || action === 'ChangeConfiguration');
  expect(settings.map(({ action }) => action)).toEqual([
    'GetConfiguration',
    'ChangeConfiguration',
    'ChangeConfiguration',
  ]);
  expect(settings[0]?.payload).toEqual({ key: ['MeterValueSampleInterval', 'MeterValuesSampledData'] });
  const opened = site.site.world.openStore(null);
  if (!opened.ok) throw new Error(opened.detail);
  const kept = opened.value.documents('former-settings');
  if (!kept.ok) throw new Error(kept.detail);
  expect(kept.value.map(({ key, json }) => [key, JSON.parse(json).settings])).toEqual([
    [
      'CP1',
      [
        { key: 'MeterValueSampleInterval', readonly: false, value: '60' },
        { key: 'MeterValuesSampledData', readonly: false, value: 'Energy.Active.Import.Register' },
      ],
    ],
  ]);
  const before = calls.length;
  site.life?.restart(prng('restart'), 3_000);
  await site.run('2 min');
  const after = calls.slice(before).map(({ action }) => action);
  expect(after).toContain('ChangeConfiguration');
  expect(after).not.toContain('GetConfiguration');
  await site.close();
});
