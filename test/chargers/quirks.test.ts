import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareFirmware } from '#chargers/firmware.ts';
import { adjusted, CAUTIOUS_TRAITS, profileFor, readChargerProfiles, traitsFor } from '#chargers/quirks.ts';

const folder = new URL('../../profiles/chargers/', import.meta.url);
const files = readdirSync(folder).map(name => ({ name, json: readFileSync(new URL(name, folder), 'utf8') }));

const read = (texts: readonly { name: string; json: string }[]) => {
  const checked = readChargerProfiles(texts);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems, null, 1));
  return checked.value;
};

const alder = files.find(file => file.name === 'sim-alder.json')!;
const variant = (name: string, change: Record<string, unknown>) => ({
  name: `${name}.json`,
  json: JSON.stringify({ ...JSON.parse(alder.json), id: name, ...change }),
});

describe('the shipped charger profiles', () => {
  const shipped = read(files);

  it('are all readable, and there are at least three real models among them', () => {
    expect(shipped).toHaveLength(files.length);
    expect(shipped.filter(profile => profile.source !== 'simulator').length).toBeGreaterThanOrEqual(3);
  });

  it.each(shipped.map(profile => [profile.id, profile] as const))(
    '%s names its source and claims no untested class',
    (_id, profile) => {
      expect(profile.source.length).toBeGreaterThan(5);
      if (profile.tested === 'none') expect(profile.leaseClass).toBe('unknown');
      if (profile.leaseClass === 'A') expect(profile.tested).not.toBe('none');
    },
  );

  it.each([
    ['Alder', 'Wall 11', '1.2.0', 'sim-alder', 1000],
    ['birch', 'Any', '1.0', 'sim-birch', 100],
    ['Cedar', '', 'v1.4.2', 'sim-cedar', 100],
    ['ABB', 'CDT_TACW22::NET_WIFI', 'TAC3Z9119006710273::V1.8.21', 'abb-terra-ac', 100],
    ['go-e', 'go-eCharger_V4', '055.5', 'go-e-charger-v4', 1000],
    ['Phoenix Contact GmbH & Co. KG', 'EV-CC-AC1-M3-CBC-RCM-ETH-3PN-SER', '1.9.0', 'phoenix-charx', 100],
  ])('know a %s %s with firmware %s as %s', (vendor, model, firmware, id, stepMa) => {
    expect(traitsFor(shipped, vendor, model, firmware)).toMatchObject({ profileId: id, stepMa });
  });

  it.each([
    ['Nobody', 'Box', '1'],
    ['ABB', 'Terra DC', '1'],
    ['Alder', 'Wall 11', '2.0'],
    ['Alder', 'Wall 11', '0.9'],
    ['Alder', 'Wall 11', ''],
  ])('leave a %s %s with firmware "%s" to the cautious traits', (vendor, model, firmware) => {
    expect(traitsFor(shipped, vendor, model, firmware)).toBe(CAUTIOUS_TRAITS);
  });
});

describe('a charger profile file', () => {
  it('tells everything that is wrong with all files at once, unknown keys included', () => {
    const checked = readChargerProfiles([
      variant('one', { stepMA: 100, stepMa: 50, leaseClass: 'D' }),
      { name: 'two.json', json: '{' },
      variant('three', { tested: 'none' }),
      { ...variant('four', {}), name: 'other.json' },
      variant('five', { firmware: { from: '2.0', to: '1.0' } }),
    ]);
    if (checked.ok) throw new Error('was taken');
    const paths = checked.problems.map(problem => problem.path);
    for (const path of ['one.json.stepMA', 'one.json.stepMa', 'one.json.leaseClass', 'two.json'])
      expect(paths).toContain(path);
    for (const path of ['three.json.leaseClass', 'other.json.id', 'five.json.firmware']) expect(paths).toContain(path);
    expect(checked.problems.find(problem => problem.path === 'one.json.leaseClass')?.message).toContain(
      'A, B, C, unknown',
    );
  });

  it('may not leave a trait out', () => {
    const { believeMs: _left, ...rest } = JSON.parse(alder.json);
    const checked = readChargerProfiles([{ name: alder.name, json: JSON.stringify(rest) }]);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.problems[0]?.message).toContain('believeMs');
  });

  it('may not describe the same model and firmware twice', () => {
    const checked = readChargerProfiles([alder, variant('again', { vendor: 'ALDER ' })]);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.problems[0]?.path).toBe('again.json.models');
    expect(readChargerProfiles([alder, variant('later', { firmware: { from: '2.0', to: null } })]).ok).toBe(true);
  });

  it('with the longer model name is the one that counts', () => {
    const profiles = read([alder, variant('duo', { models: ['Duo*'] }), variant('duo-x', { models: ['Duo X'] })]);
    expect(profileFor(profiles, 'Alder', 'duo x', '1.1')?.id).toBe('duo-x');
    expect(profileFor(profiles, 'Alder', 'Duo Y', '1.1')?.id).toBe('duo');
    expect(profileFor(profiles, 'Alder', 'Solo', '1.1')?.id).toBe('sim-alder');
  });
});

describe('firmware names', () => {
  it.each([
    ['1.9.0', '1.10.0'],
    ['1.8', '1.8.32'],
    ['055.5', '56.8'],
    ['V3.9', 'v4.0'],
    ['version 1.2', '1.3'],
    ['1.2-rc1', '1.2-rc2'],
    ['', '0.1'],
  ])('%s is before %s', (earlier, later) => {
    expect(compareFirmware(earlier, later)).toBeLessThan(0);
    expect(compareFirmware(later, earlier)).toBeGreaterThan(0);
    expect(compareFirmware(earlier, earlier)).toBe(0);
  });
});

describe('what a site file says of a charger', () => {
  it('stands over the profile of the model that boots', () => {
    expect(adjusted(CAUTIOUS_TRAITS, { dc: false })).toEqual(CAUTIOUS_TRAITS);
    expect(adjusted(CAUTIOUS_TRAITS, { dc: false, writesPerDay: 96 })).toEqual({
      ...CAUTIOUS_TRAITS,
      writesPerDay: 96,
    });
    expect(adjusted(CAUTIOUS_TRAITS, { dc: false, writesPerDay: null }).writesPerDay).toBeNull();
  });

  it('makes one of direct current take watts, whatever its profile says', () => {
    expect(adjusted(CAUTIOUS_TRAITS, { dc: true })).toMatchObject({ rateUnit: 'W', dividesByPhases: true });
  });
});
