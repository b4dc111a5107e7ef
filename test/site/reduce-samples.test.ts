/** What a charger measures, as the grid's phases see it; and which of it is of now. */
import { describe, expect, it, test } from 'vitest';
import { drawOf, registerOf } from '#site/reduce/draw.ts';
import { judgeSample, type Skew } from '#site/reduce/skew.ts';
import type { SampledValue } from '#site/report.ts';
import { type Bay, topologyOf } from './site.ts';

const value = (
  measurand: SampledValue['measurand'],
  phase: SampledValue['phase'],
  amount: number,
  location = 'Outlet',
): SampledValue => ({ measurand, phase, value: amount, location });

const amps = (phase: SampledValue['phase'], amount: number, location?: string) =>
  value('Current.Import', phase, amount, location);
const watts = (phase: SampledValue['phase'], amount: number) => value('Power.Active.Import', phase, amount);

const drawA = (values: readonly SampledValue[], bay: Bay = {}) =>
  drawOf({ atWallMs: 0, context: 'Sample.Periodic', values }, topologyOf({ bays: [bay] }).connectors[0]!, 230)?.ma.map(
    ma => ma / 1000,
  ) ?? null;

describe('what a charger draws', () => {
  const turned = { phases: [1, 2, 0] } as const;
  const onL2 = { phases: [1] } as const;
  test.each<[string, readonly SampledValue[], Bay, number[] | null]>([
    ['its own phases are the grid’s', [amps('L1', 10), amps('L2', 11), amps('L3', 12)], {}, [10, 11, 12]],
    [
      'turned wiring: its L1 sits on the grid’s L2',
      [amps('L1', 10), amps('L2', 11), amps('L3', 12)],
      turned,
      [12, 10, 11],
    ],
    ['a one-phase car on turned wiring', [amps('L1', 16), amps('L2', 0), amps('L3', 0)], turned, [0, 16, 0]],
    ['a one-phase charger on L2 calls it L1', [amps('L1', 16)], onL2, [0, 16, 0]],
    ['a current without a phase counts on all that it has', [amps(null, 9)], {}, [9, 9, 9]],
    ['and on the one of a one-phase charger', [amps(null, 9)], onL2, [0, 9, 0]],
    ['neutral is no phase', [amps('N', 9), amps('L1', 5)], {}, [5, 0, 0]],
    ['the highest of two values of a phase', [amps('L1', 9), amps('L1', 10)], {}, [10, 0, 0]],
    ['what flows in at the inlet is not the car’s', [amps('L1', 9, 'Inlet'), amps('L1', 8)], {}, [8, 0, 0]],
    ['a negative current is none', [amps('L1', -3), amps('L2', 7)], {}, [0, 7, 0]],
    ['power alone is spread over its phases at nominal voltage', [watts(null, 6900)], {}, [10, 10, 10]],
    ['power alone on a one-phase charger', [watts(null, 2300)], onL2, [0, 10, 0]],
    ['power by phase is added up', [watts('L1', 2300), watts('L2', 2300), watts('L3', 2300)], {}, [10, 10, 10]],
    ['currents are believed before power', [amps('L1', 10), watts(null, 6900)], {}, [10, 0, 0]],
    ['nothing of the kind says nothing', [value('SoC', null, 50)], {}, null],
  ])('%s', (_, values, bay, expected) => {
    expect(drawA(values, bay)).toEqual(expected);
  });

  it('its register is the one without a phase', () => {
    const register = value('Energy.Active.Import.Register', null, 4711);
    const sample = (values: readonly SampledValue[]) => ({ atWallMs: 0, context: '', values });
    expect(registerOf(sample([value('Energy.Active.Import.Register', 'L1', 1), register]))).toBe(4711);
    expect(registerOf(sample([]))).toBeNull();
  });
});

describe('a sample is of now, however wrong the charger’s clock is', () => {
  const fresh = { skewMs: null, lateInARow: 0 };
  const known = { skewMs: 5_000, lateInARow: 0 };
  test.each<[string, Parameters<typeof judgeSample>[0], number, boolean, number]>([
    ['the first one tells the difference of the clocks', fresh, 3_600_000, true, 3_600_000],
    ['a faster one corrects it', known, 4_000, true, 4_000],
    ['one that was a little on its way does not', known, 34_999, true, 5_000],
    ['one that waited for more than 30 s is history', known, 35_001, false, 5_000],
    ['a clock that runs ahead is as good', known, -60_000, true, -60_000],
  ])('%s', (_, skew, diffMs, isLive, skewMs) => {
    expect(judgeSample(skew, diffMs, 0)).toMatchObject({ isLive, skewMs });
  });

  const judgedInTurn = (late: readonly (readonly [diffMs: number, atMs: number])[]) => {
    let skew: Skew = known;
    return late.map(([diffMs, atMs]) => {
      const { isLive, ...next } = judgeSample(skew, diffMs, atMs);
      skew = next;
      return isLive;
    });
  };

  it('five messages late by the same amount over 20 s are a clock that was set back', () => {
    const late = [0, 10_000, 20_000, 30_000, 40_000, 50_000].map(atMs => [3_605_000, atMs] as const);
    expect(judgedInTurn(late)).toEqual([false, false, false, false, true, true]);
  });

  it('a backlog that comes at once stays history, however long', () => {
    const backlog = Array.from({ length: 40 }, (_, i) => [3_600_000 - i * 10_000, i * 50] as const);
    expect(judgedInTurn(backlog)).not.toContain(true);
    const sameStamp = Array.from({ length: 40 }, (_, i) => [3_600_000, i * 50] as const);
    expect(judgedInTurn(sameStamp)).not.toContain(true);
  });

  it('one punctual sample ends the row', () => {
    const late = judgeSample(judgeSample(known, 60_000, 0), 60_000, 10_000);
    expect(late.lateInARow).toBe(2);
    expect(judgeSample(late, 6_000, 20_000)).toMatchObject({ isLive: true, lateInARow: 0, skewMs: 5_000 });
  });
});
