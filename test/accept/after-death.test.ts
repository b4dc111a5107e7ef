import { describe, expect, it } from 'vitest';
import { type Fuse, faultsOf, type Look, newDeathRecord, type Socket, see } from './after-death.ts';

const DUE_MS = 80_000;
const CHARGING: Socket = {
  name: 'Bay',
  drawMa: 12_000,
  wantMa: 32_000,
  mostMa: 12_000,
  restMa: 6_000,
  minMa: 6_000,
  dueMs: DUE_MS,
};
const LAPSED: Socket = { ...CHARGING, drawMa: 6_000, mostMa: 6_000 };
const PAUSED: Socket = { ...CHARGING, drawMa: 0, mostMa: 0, restMa: 0 };
const EMPTY: Socket = { ...PAUSED, wantMa: 0 };

const fuse = (flowMa: number, addedMa: number): Fuse => ({ name: 'main L1', limitMa: 160_000, flowMa, addedMa });

function look(atMs: number, socket: Socket, flowMa: number, addedMa = 80_000, others: readonly Socket[] = []): Look {
  const cars = Array.from({ length: 12 - others.length }, (_, i) => ({ ...socket, name: `Bay ${i + 1}` }));
  return { atMs, sockets: [...cars, ...others], fuses: [fuse(flowMa, addedMa)] };
}

/** Twelve cars charge, the fuse is full; the building adds 80 A, and then this is seen. */
function seen(...looks: readonly Look[]): readonly string[] {
  const record = newDeathRecord(look(0, CHARGING, 155_000, 0));
  for (const each of [look(100, CHARGING, 235_000), ...looks]) see(record, each);
  return faultsOf(record);
}

describe('what is judged after the gateway was killed for good', () => {
  it('finds no fault in a garage that stands at its lapse values in time, below its fuse', () => {
    expect(seen(look(60_000, LAPSED, 150_000))).toEqual([]);
    expect(seen(look(60_000, PAUSED, 110_000))).toEqual([]);
  });

  it('names a charger that came too late', () => {
    const late = { ...CHARGING, name: 'Bay 12' };
    const faults = seen(look(DUE_MS + 100, LAPSED, 155_000, 80_000, [late]), look(DUE_MS + 200, LAPSED, 150_000));
    expect(faults).toEqual(['Bay 12 was not at its lapse value 80.1 s after the kill']);
  });

  it('names a charger that may go on for ever, though its schedule calls it a lapse value', () => {
    const endless = { ...CHARGING, name: 'Bay 12', restMa: 12_000 };
    const faults = seen(look(DUE_MS + 100, LAPSED, 155_000, 80_000, [endless]));
    expect(faults).toContain('Bay 12 may draw 12.0 A for ever');
    expect(faults).toContain('Bay 12 was not at its lapse value 80.1 s after the kill');
  });

  it('names a charger whose schedule rises again, and a car that draws more or less than its schedule', () => {
    const later = DUE_MS + 100;
    for (const odd of [
      { ...LAPSED, mostMa: 16_000 },
      { ...LAPSED, drawMa: 8_000 },
      { ...LAPSED, drawMa: 0 },
      { ...EMPTY, wantMa: 32_000, drawMa: 6_000 },
    ])
      expect(seen(look(later, LAPSED, 150_000, 80_000, [{ ...odd, name: 'Bay 12' }]))).toEqual([
        'Bay 12 was not at its lapse value 80.1 s after the kill',
      ]);
  });

  it('allows a fuse what the building added, and no ampere more', () => {
    expect(seen(look(5_000, CHARGING, 240_000), look(60_000, LAPSED, 150_000))).toEqual([]);
    expect(seen(look(5_000, CHARGING, 240_100), look(60_000, LAPSED, 150_000))).toEqual([
      "main L1 80.1 A above its limit 5.0 s after the kill, 80.0 A are the building's",
    ]);
  });

  it('allows a fuse nothing once all have lapsed, nor after the last was due', () => {
    expect(seen(look(60_000, LAPSED, 161_000))).toEqual([
      "main L1 1.0 A above its limit 60.0 s after the kill, 0.0 A are the building's",
    ]);
    expect(seen(look(DUE_MS + 100, CHARGING, 161_000))).toContain(
      "main L1 1.0 A above its limit 80.1 s after the kill, 0.0 A are the building's",
    );
  });

  it('is not content with a run that shows nothing', () => {
    const record = newDeathRecord(look(0, LAPSED, 100_000, 0));
    see(record, look(100, LAPSED, 150_000));
    expect(faultsOf(record)).toEqual([
      'only 0 cars charged above their lapse value, so this run shows little',
      'the building took no fuse over its limit, so this run shows nothing',
    ]);
  });
});
