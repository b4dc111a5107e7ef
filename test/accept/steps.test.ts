import { describe, expect, it } from 'vitest';
import { count, newRecord, overOf, plannedSteps, STEP_LASTS_MS, STEP_MA, stepMa } from './steps.ts';

const LIMITS = [
  { id: 'main', limitA: [100, 100, 100], limitW: 60_000 },
  { id: 'row', limitA: [63, 63, 63], limitW: null },
] as const;

const flows = (main: readonly [number, number, number], row: readonly [number, number, number]) => [
  { id: 'main', totalMa: main },
  { id: 'row', totalMa: row },
];

describe('what the acceptance run judges', () => {
  it('names the phase of the circuit that is furthest above its limit', () => {
    const over = overOf(LIMITS, flows([90_000, 80_000, 70_000], [64_500, 0, 0]), 230);
    expect(over).toEqual({ phaseA: 1.5, powerW: 240 * 230 - 60_000, where: 'row L1' });
  });

  it('sees a site above its power limit whose phases are all within', () => {
    const over = overOf(LIMITS, flows([95_000, 95_000, 95_000], [0, 0, 0]), 230);
    expect(over.phaseA).toBe(-5);
    expect(over.powerW).toBe(285 * 230 - 60_000);
  });

  it('adds up the time above a limit, and remembers when it was over last', () => {
    const record = newRecord('1: L1', 1_000);
    const within = { phaseA: -1, powerW: -1, where: '' };
    count(record, 1_050, 50, [100_000, 0, 0], 23_000, { phaseA: 5, powerW: -1, where: 'main L1' });
    count(record, 1_100, 50, [90_000, 0, 0], 20_700, within);
    count(record, 1_150, 50, [90_000, 0, 0], 20_700, { phaseA: -1, powerW: 300, where: 'main L1' });
    count(record, 1_200, 50, [80_000, 0, 0], 18_400, within);
    expect(record).toMatchObject({ worstA: 100, worstW: 23_000, overA: 5, overW: 300, overMs: 100, backMs: 150 });
  });

  it('steps every phase of the building within ten minutes, and each step ends before the next', () => {
    const plan = plannedSteps(10);
    expect(plan.length).toBe(8);
    expect([...new Set(plan.flatMap(step => step.phases))].sort()).toEqual([0, 1, 2]);
    const gaps = plan.slice(1).map((step, i) => step.atMs - (plan[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(STEP_LASTS_MS);
    expect(plannedSteps(2).length).toBe(1);
  });

  it('takes back what it added', () => {
    expect(stepMa([0, 2], 1)).toEqual([STEP_MA, 0, STEP_MA]);
    expect(stepMa([0, 2], -1)).toEqual([-STEP_MA, 0, -STEP_MA]);
  });
});
