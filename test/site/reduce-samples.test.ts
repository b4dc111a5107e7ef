/** What a charger measures, as the grid's phases see it; and which of it is of now. */
import { describe, expect, it, test } from 'vitest';
import { isIdle } from '#site/idle.ts';
import { drawOf, registerOf } from '#site/reduce/draw.ts';
import { judgeMoment, judgeSample, skewOf, UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { SampledValue } from '#site/report.ts';
import type { Held, Skew } from '#site/state.ts';
import { type Bay, Desk, topologyOf } from './site.ts';

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

/** What is known after a first message, 5 s off; and messages told in turn to what is known. */
const known = judgeSample(UNKNOWN_SKEW, 5_000, 0).skew;
const heard = (skew: Skew, messages: readonly (readonly [diffMs: number, atMs: number])[]): Skew =>
  messages.reduce((found, [diffMs, atMs]) => judgeSample(found, diffMs, atMs).skew, skew);

describe('a sample is of now, however wrong the charger’s clock is', () => {
  test.each<[string, Skew, number, boolean, number]>([
    ['the first one tells the difference of the clocks', UNKNOWN_SKEW, 3_600_000, true, 3_600_000],
    ['a faster one corrects it', known, 4_000, true, 4_000],
    ['one that was a little on its way does not', known, 34_999, true, 5_000],
    ['one that waited for more than 30 s is history', known, 35_001, false, 5_000],
    ['a clock that runs ahead is as good', known, -60_000, true, -60_000],
  ])('%s', (_, skew, diffMs, isLive, ms) => {
    expect(judgeSample(skew, diffMs, 0)).toMatchObject({ isLive, skew: { ms } });
  });

  const judgedInTurn = (late: readonly (readonly [diffMs: number, atMs: number])[]) => {
    let skew = known;
    return late.map(([diffMs, atMs]) => {
      const judged = judgeSample(skew, diffMs, atMs);
      skew = judged.skew;
      return judged.isLive;
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
    const late = [0, 10_000, 20_000, 30_000].map(atMs => [60_000, atMs] as const);
    const mended = heard(known, [...late, [6_000, 35_000]]);
    expect(mended).toMatchObject({ ms: 5_000, late: null });
    expect(judgeSample(mended, 60_000, 40_000).isLive).toBe(false);
  });
});

describe('a lease is written only for a charger whose clock is known', () => {
  const usable = (skew: Skew) => skewOf({ skew });
  const every10s = (diffMs: number, fromMs: number, count: number) =>
    Array.from({ length: count }, (_, i) => [diffMs, fromMs + i * 10_000] as const);

  it('one that never gave a timestamp has none', () => expect(usable(UNKNOWN_SKEW)).toBeNull());

  it('one sample makes it known', () => expect(usable(known)).toBe(5_000));

  it('a clock that jumps ahead is known again once three messages over 20 s agree', () => {
    const jumped = [[-3_600_000, 10_000]] as const;
    expect(usable(heard(known, jumped))).toBeNull();
    const then = (messages: readonly (readonly [number, number])[]) => usable(heard(known, [...jumped, ...messages]));
    expect(then([[-3_599_000, 20_000]]), 'two messages').toBeNull();
    expect(
      then([
        [-3_599_000, 11_000],
        [-3_599_500, 12_000],
      ]),
      'three, but within two seconds',
    ).toBeNull();
    expect(
      then([
        [-3_596_000, 20_000],
        [-3_599_000, 30_000],
      ]),
      'three that do not agree',
    ).toBeNull();
    expect(
      then([
        [-3_599_000, 20_000],
        [-3_598_000, 30_000],
      ]),
    ).toBe(-3_600_000);
  });

  it('samples are still told from a backlog meanwhile', () => {
    const jumped = judgeSample(known, -3_600_000, 10_000);
    expect(jumped.isLive).toBe(true);
    expect(judgeSample(jumped.skew, -3_599_000, 20_000).isLive).toBe(true);
    expect(judgeSample(jumped.skew, -3_500_000, 20_000).isLive).toBe(false);
  });

  it('one that jumps every minute is never known', () => {
    let skew = known;
    for (let n = 1; n < 20; n++) {
      skew = heard(skew, [
        [-n * 10_000, n * 60_000],
        [-n * 10_000, n * 60_000 + 10_000],
      ]);
      expect(usable(skew)).toBeNull();
    }
  });

  it('a clock set back by more than 30 s is unknown from the first late message to the fifth', () => {
    for (let n = 1; n <= 4; n++) expect(usable(heard(known, every10s(65_000, 10_000, n)))).toBeNull();
    expect(usable(heard(known, every10s(65_000, 10_000, 5)))).toBe(65_000);
  });

  it('late by less, it counts as set back by that: then a lease ends early at the worst', () => {
    expect(usable(heard(known, [[20_000, 10_000]]))).toBe(20_000);
    expect(usable(heard(known, every10s(20_000, 10_000, 5)))).toBe(20_000);
    expect(
      usable(
        heard(known, [
          [20_000, 10_000],
          [5_500, 20_000],
        ]),
      ),
      'it was the link',
    ).toBe(5_000);
  });

  it('a clock that loses half a second a minute is followed, never more than 6 s behind', () => {
    let skew = known;
    for (let atMs = 0; atMs < 8 * 3_600_000; atMs += 30_000) {
      const trueMs = 5_000 + atMs / 120;
      skew = judgeSample(skew, trueMs, atMs).skew;
      expect(trueMs - (usable(skew) ?? Number.NaN)).toBeLessThan(6_000);
    }
  });

  it('one glitch of some seconds is forgotten after ten minutes', () => {
    const glitch = heard(known, [[1_000, 10_000]]);
    expect(usable(glitch)).toBe(1_000);
    expect(usable(heard(glitch, every10s(5_000, 20_000, 62)))).toBe(5_000);
  });
});

describe('a timestamp that may be old', () => {
  it.each([
    ['is taken for a first word near the time that the charger was told', UNKNOWN_SKEW, 9_000, 9_000],
    ['is not, when it is a week old', UNKNOWN_SKEW, 604_800_000, null],
    ['nor when it is ahead by an hour', UNKNOWN_SKEW, -3_600_000, null],
    ['says nothing when it is older than what is known', known, 60_000, 5_000],
    ['makes what is known better', known, 4_000, 4_000],
    ['throws doubt on it when it is newer than it can be', known, -60_000, null],
  ] as const)('%s', (_, skew, diffMs, expected) => {
    expect(skewOf({ skew: judgeMoment(skew, diffMs, 0, false) })).toBe(expected);
  });

  it.each([3_600_000, -3_600_000])('is taken for a first word when it was asked for, %d ms off', diffMs => {
    expect(skewOf({ skew: judgeMoment(UNKNOWN_SKEW, diffMs, 0, true) })).toBe(diffMs);
  });

  it('an old answer is found out by the first sample', () => {
    const old = judgeMoment(UNKNOWN_SKEW, 604_800_000, 0, true);
    const found = heard(old, [[200, 10_000]]);
    expect(skewOf({ skew: found })).toBeNull();
    expect(
      skewOf({
        skew: heard(found, [
          [300, 20_000],
          [200, 30_000],
        ]),
      }),
    ).toBe(200);
  });

  it('a charger that stamps its status in another time zone keeps its samples', () => {
    const doubted = judgeMoment(known, -3_600_000, 10_000, false);
    expect(judgeSample(doubted, 5_000, 20_000).isLive).toBe(true);
    expect(
      skewOf({
        skew: heard(doubted, [
          [5_000, 20_000],
          [5_000, 30_000],
          [5_000, 40_000],
        ]),
      }),
    ).toBe(5_000);
  });

  it('a status is one, and so is the start of a composite schedule', () => {
    const desk = new Desk({ bays: [{}] });
    desk.contact(0);
    const skew = () => skewOf(desk.state.chargers[0]!);
    expect(skew()).toBeNull();
    const report = { kind: 'connector-status', connectorId: 1, status: 'Available', errorCode: '', info: '' } as const;
    const atChargerMs = 1_800_000_000_000;
    const receipt = { charger: 0, freshId: 0, traits: null, atMs: 0, atWallMs: 0, atChargerMs };
    desk.feed({ type: 'charger-reported', report: { ...report, atWallMs: atChargerMs - 700 }, ...receipt });
    expect(skew(), 'by the time that chargers are told, not the wall clock').toBe(700);
    const command = { type: 'ask-sample', connector: 0, charger: 0 } as const;
    const step = { kind: 'read-back', connector: 0 } as const;
    const said = { kind: 'composite', highestMa: 6_000, startWallMs: atChargerMs + 9_600 } as const;
    const settled = { type: 'command-settled', generation: 1, outcome: { ok: true, said }, atMs: 0 } as const;
    desk.feed({
      ...settled,
      command: { ...command, type: 'set-up', step, round: desk.state.chargers[0]!.setup.round },
      atChargerMs: atChargerMs + 10_000,
    });
    expect(skew()).toBe(400);
  });
});

describe('the time of the chargers may be stepped', () => {
  const lease = { limitMa: 16_000, lapseMa: 6_000, lapsesAtMs: 60_000, sentAtMs: 0, ackedAtMs: 0 };
  const idleDesk = (held: readonly Held[] = []) => {
    const desk = new Desk({ bays: [{}] });
    desk.connect(0);
    desk.status(0, 'Available');
    const connectors = desk.state.connectors.map(connector => ({
      ...connector,
      ledger: { ...connector.ledger, held: [...connector.ledger.held, ...held] },
    }));
    desk.state = { ...desk.state, connectors };
    return desk;
  };

  it('while every socket is free and nothing but endless schedules stand', () => {
    expect(isIdle(idleDesk().state, 0)).toBe(true);
  });

  it('not while a lease above its lapse value runs, but after it', () => {
    expect(isIdle(idleDesk([lease]).state, 59_999)).toBe(false);
    expect(isIdle(idleDesk([lease]).state, 60_000)).toBe(true);
    expect(isIdle(idleDesk([{ ...lease, limitMa: 0 }]).state, 0), 'one that lapses up').toBe(true);
  });

  it('not before every linked charger has told that it is free', () => {
    const desk = new Desk({ bays: [{}] });
    expect(isIdle(desk.state, 0), 'an absent one is told no time').toBe(true);
    desk.connect(0);
    expect(isIdle(desk.state, 0)).toBe(false);
    desk.start(0);
    expect(isIdle(desk.state, 0)).toBe(false);
    desk.lose(0);
    expect(isIdle(desk.state, 0), 'its car is still there').toBe(false);
  });
});
