import { describe, expect, it } from 'vitest';
import { decodeReading } from '#meters/decode.ts';
import { namedQuantities } from '#meters/quantity.ts';
import { planReads, pollPlan, wordsOf } from '#meters/read-plan.ts';
import { decodeValue } from '#meters/registers.ts';
import { meterCases, wordsAt } from './cases.ts';
import { allProfiles } from './profiles.ts';

const profiles = allProfiles();

describe('register dumps decode to what the meter showed', () => {
  it.each(meterCases())('$file: $case.title', ({ case: dump }) => {
    const profile = profiles.get(dump.profile);
    if (profile === undefined) throw new Error(`no profile ${dump.profile}`);
    expect(['constructed', 'captured']).toContain(dump.origin);

    const blocks = pollPlan(profile).map(read => ({
      ...read,
      words: wordsAt(dump, read.table, read.address, read.count),
    }));
    const decoded = decodeReading(profile, blocks);
    if (dump.expect.reading === undefined) {
      expect(decoded).toEqual({ kind: 'implausible', detail: expect.stringContaining(dump.expect.implausible ?? '?') });
    } else {
      const { currentMa, powerW, voltageV } = dump.expect.reading;
      expect(decoded).toEqual({
        kind: 'reading',
        reading: {
          currentMa,
          powerW: expect.closeTo(powerW, 2),
          voltageV: voltageV === null ? null : expect.closeTo(voltageV, 2),
        },
      });
    }

    const named = namedQuantities(profile.quantities);
    const all = planReads(
      named.map(each => each.quantity),
      profile.device,
    ).map(read => ({ ...read, words: wordsAt(dump, read.table, read.address, read.count) }));
    for (const [name, value] of Object.entries(dump.expect.values)) {
      const quantity = named.find(each => each.name === name)?.quantity;
      if (quantity === undefined) throw new Error(`no quantity ${name}`);
      expect(decodeValue(quantity, wordsOf(quantity, all) ?? []), name).toEqual({
        ok: true,
        value: expect.closeTo(value, 2),
      });
    }
  });
});
