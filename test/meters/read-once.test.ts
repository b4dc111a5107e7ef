import { describe, expect, it } from 'vitest';
import { readMeterOnce } from '#meters/read-once.ts';
import type { RegisterRead } from '#world.ts';
import { meterCase, wordsAt } from './cases.ts';
import { handMadeBus } from './hand-made-bus.ts';
import { sdm630 } from './profiles.ts';
import { steppedClock } from './stepped-clock.ts';

async function read(file: string | null, maxRegistersPerRead = 80) {
  const clock = steppedClock();
  const bus = handMadeBus(clock);
  const profile = sdm630();
  if (file !== null) {
    bus.devices.set(1, ({ table, address, count }: RegisterRead) => wordsAt(meterCase(file), table, address, count));
  }
  const answer = readMeterOnce(
    { clock, openBus: () => bus },
    {
      profile: { ...profile, device: { ...profile.device, maxRegistersPerRead } },
      bus: { kind: 'tcp', host: 'h', port: 502 },
      unit: 1,
      timeoutMs: 800,
    },
  );
  await clock.advance(2000);
  return { outcome: await answer, bus };
}

describe('an installer reads a meter once', () => {
  it('and sees every quantity with its register, its words and its value, then the reading', async () => {
    const { outcome, bus } = await read('eastron-sdm630-export-on-one-phase.json');
    const text = outcome.ok ? outcome.value : outcome.detail;
    expect(text.split('\n').slice(0, 4)).toEqual([
      'Eastron eastron-sdm630, unit 1',
      'quantity         register  raw        value',
      'currentA.l1      input 6   4128 0000  10.5',
      'currentA.l2      input 8   4164 0000  14.25',
    ]);
    expect(text).toContain('energyWh.export  input 74');
    expect(text).toContain('reading: L1 10.5 A, L2 -14.25 A, L3 3 A, -300.5 W, 233.1667 V (import is positive)');
    expect(bus.asked.length).toBe(1);
    expect(bus.closedAtMs.length).toBe(1);
  });

  it('from a device of short reads with its pauses', async () => {
    const { outcome, bus } = await read('eastron-sdm630-import.json', 20);
    expect(outcome.ok && outcome.value).toContain('L1 32.125 A');
    expect(bus.asked.map(each => each.atMs)).toEqual([0, 140, 280]);
  });

  it('and is told why a reading cannot be believed, the words still shown', async () => {
    const { outcome } = await read('eastron-sdm630-not-a-number.json');
    expect(outcome.ok && outcome.value).toContain('implausible: current of L2 is not a number (NaN)');
    expect(outcome.ok && outcome.value).toContain('7fc0 0000');
  });

  it('and is told which registers a silent meter was asked for', async () => {
    const { outcome, bus } = await read(null);
    expect(outcome).toEqual({ ok: false, why: 'timeout', detail: 'input 0 to 75: unit 1 is silent' });
    expect(bus.closedAtMs.length).toBe(1);
  });
});
