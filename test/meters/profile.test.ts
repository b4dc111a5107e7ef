import { describe, expect, it } from 'vitest';
import { isSigned, readMeterProfile, readMeterProfiles } from '#meters/profile.ts';
import { PHASES } from '#meters/quantity.ts';
import { pollPlan } from '#meters/read-plan.ts';
import { meterCases } from './cases.ts';
import { allProfiles, profileTexts, sdm630 } from './profiles.ts';

describe('every meter profile', () => {
  it.each(profileTexts())('$name loads, names its source, covers three currents and has a dump', ({ name, json }) => {
    const read = readMeterProfiles([{ name, json }]);
    expect(read.ok ? [] : read.problems).toEqual([]);
    const profile = allProfiles().get(name.replace('.json', ''));
    if (profile === undefined) throw new Error(name);
    expect(profile.source.document.length).toBeGreaterThan(10);
    expect(profile.source.revision.length).toBeGreaterThan(1);
    expect(profile.source.section.length).toBeGreaterThan(1);
    expect(new Set(PHASES.map(phase => profile.quantities.currentA[phase].address)).size).toBe(3);
    expect(
      meterCases().filter(each => each.case.profile === profile.id && each.file.startsWith(profile.id)),
    ).not.toEqual([]);
  });
});

describe('the SDM630', () => {
  it('is read in one request of 54 registers, which its 80 allow', () => {
    expect(pollPlan(sdm630())).toEqual([{ table: 'input', address: 0, count: 54 }]);
  });

  it('carries a sign', () => {
    expect(isSigned(sdm630())).toBe(true);
  });
});

type Json = Record<string, unknown>;

/** The SDM630 file with one change. */
function changed(change: (profile: Json & { quantities: Record<string, Json>; device: Json }) => void): string {
  const text = profileTexts().find(each => each.name === 'eastron-sdm630.json');
  const raw = JSON.parse(text?.json ?? '');
  change(raw);
  return JSON.stringify(raw);
}

const problemsOf = (json: string): readonly string[] => {
  const read = readMeterProfile(json);
  return read.ok ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`);
};

describe('a profile that a person got wrong', () => {
  it('is told every problem at once', () => {
    const json = changed(raw => {
      raw.colour = 'grey';
      raw.origin = 'hearsay';
      delete raw.source;
      delete raw.quantities.currentA?.l3;
      raw.device.maxRegistersPerRead = 126;
    });
    expect(problemsOf(json).toSorted()).toEqual([
      'colour: is not known here',
      'device.maxRegistersPerRead: must be <= 125',
      'origin: expected one of data-sheet, device',
      'quantities.currentA.l3: is missing',
      'source: is missing',
    ]);
  });

  it('may not carry expressions or unknown keys in a quantity', () => {
    const json = changed(raw => {
      raw.quantities.frequencyHz = { address: 70, formula: 'x * 2', scale: 0 };
    });
    expect(problemsOf(json)).toEqual([
      'quantities.frequencyHz.formula: is not known here',
      'quantities.frequencyHz.scale: must be > 0',
    ]);
  });

  it('cannot take signs from powers it does not have', () => {
    const json = changed(raw => {
      raw.quantities.powerW = { l1: { address: 12 } };
    });
    expect(problemsOf(json)).toEqual([
      'quantities.powerW: names some phases: expected all of l1, l2, l3 or none',
      'quantities.powerW: expected total, or all of l1, l2, l3',
      'currentSign: from-power needs quantities.powerW.l1, l2 and l3',
    ]);
  });

  it('cannot want registers that the device forbids or does not have', () => {
    const json = changed(raw => {
      raw.device.holes = [{ table: 'input', from: 9, to: 9 }];
      raw.quantities.frequencyHz = { address: 65_535, sentinels: ['0xFFFFFFFFFFFF'] };
    });
    expect(problemsOf(json)).toEqual([
      'quantities.currentA.l2: lies in the hole 9 to 9',
      'quantities.frequencyHz: ends above register 65535',
      'quantities.frequencyHz: has a sentinel wider than its type float32',
    ]);
  });

  it('is named by its file when it is no JSON or goes by another name', () => {
    const read = readMeterProfiles([
      { name: 'a.json', json: '{' },
      { name: 'b.json', json: changed(() => {}) },
    ]);
    expect(read.ok ? [] : read.problems.map(each => `${each.path}: ${each.message}`)).toEqual([
      expect.stringMatching(/^a\.json: is no JSON/),
      "b.json.id: is eastron-sdm630: expected the file's own name",
    ]);
  });
});
