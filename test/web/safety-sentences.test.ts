import { describe, expect, it } from 'vitest';
import { EXPOSURE_WORDS } from '#site/gate/exposure-words.ts';
import {
  type Booking,
  classSentence,
  costSentence,
  exposureSentence,
  keepSentence,
  type SetUpFacts,
  setUpSentence,
  writesSentence,
} from '#web/safety-sentences.ts';

const booking: Booking = {
  by: 'grant',
  exposureA: 12,
  toldA: 6,
  toldAgoMs: 4000,
  answered: true,
  leaseMs: 240_000,
  lapseA: 6,
  fallbackA: 6,
};

describe('why so much is reserved for a socket', () => {
  const cases: readonly (readonly [Partial<Booking>, string])[] = [
    [{ by: 'grant', toldA: 12 }, '12 A: what it was told.'],
    [{ by: 'decrease-unseen' }, '12 A: told 6 A 4 s ago, not yet seen to follow.'],
    [{ by: 'decrease-unseen', answered: false }, '12 A: told 6 A 4 s ago, no answer yet.'],
    [{ by: 'raise-unanswered' }, '12 A: it may follow already, though it has not answered yet.'],
    [{ by: 'lapse', exposureA: 6, toldA: 0 }, '6 A: told 0 A, but rises to 6 A by itself if it hears nothing more.'],
    [{ by: 'draw', toldA: 11 }, '12 A: what it draws, more than the 11 A it was told.'],
    [{ by: 'unknown-past' }, '12 A, the most it can draw: nothing is known of what it was told before.'],
    [{ by: 'offline-unproven' }, '12 A, the most it can draw: it is offline and not proven to fall back by itself.'],
    [{ by: 'offline-lease' }, '12 A: it is offline, and falls back to 6 A by itself in 4 min.'],
    [{ by: 'offline-lease', leaseMs: 0 }, '12 A: it is offline, and is falling back to 6 A by itself.'],
    [{ by: 'offline-lease', leaseMs: null }, '12 A: it is offline, and stays at this by itself.'],
    [{ by: 'uncontrolled' }, '12 A, the most it can draw: it does not do what it is told.'],
    [{ by: 'set-up' }, '12 A: it is being set up, and may still obey what it held before.'],
    [{ by: 'idle', exposureA: 0 }, '0 A: no car is plugged in. Room for the next one to arrive is kept on its fuses.'],
    [{ by: 'idle', exposureA: 0, fallbackA: 0 }, '0 A: no car is plugged in, and the next one begins at 0 A.'],
    [{ by: 'switched-off', exposureA: 0 }, '0 A: a person said that it has no power.'],
  ];
  it.each(cases)('%j', (changed, sentence) => {
    expect(exposureSentence({ ...booking, ...changed })).toBe(sentence);
  });

  it('is told for every word of the gate', () => {
    expect(new Set(cases.map(([{ by }]) => by))).toEqual(new Set(EXPOSURE_WORDS));
  });
});

describe('what a socket does by itself', () => {
  const cases: readonly (readonly [number | null, number | null, 'A' | 'unknown', number | null, string])[] = [
    [12, 6, 'A', 240_000, 'Keeps its 12 A by itself for 4 min, then 6 A.'],
    [12, 6, 'unknown', 240_000, 'Was told to keep its 12 A by itself for 4 min, then 6 A.'],
    [0, 6, 'A', 240_000, 'Stays paused by itself for 4 min, then 6 A.'],
    [0, 6, 'unknown', 80_000, 'Was told to stay paused by itself for 80 s, then 6 A.'],
    [12, 6, 'A', 0, 'Is falling back to 6 A by itself.'],
    [0, 6, 'A', 0, 'Is rising to 6 A by itself.'],
    [12, 6, 'unknown', 0, 'Should be falling back to 6 A by itself.'],
    [6, 6, 'A', null, 'Keeps 6 A by itself.'],
    [6, 6, 'A', 90_000, 'Keeps 6 A by itself.'],
    [6, 6, 'unknown', null, 'Was told to keep 6 A by itself.'],
    [null, null, 'A', null, 'Has not taken a limit yet.'],
  ];
  it.each(cases)('granted %j A, then %j A, class %s, %j ms left', (grantA, lapseA, leaseClass, leftMs, sentence) => {
    expect(keepSentence({ grantA, lapseA, leaseClass }, leftMs)).toBe(sentence);
  });

  it('costs the others something unless it is proven', () => {
    const unproven = { leaseClass: 'unknown', maxA: 32, fallbackA: 6, lapsedA: 32, switchedOff: false } as const;
    const cost =
      ' 26 A on every fuse above it: its rating, 32 A, must fit there in case Busbar falls silent, not its 6 A.';
    expect(costSentence(unproven)).toBe(`Costs${cost}`);
    expect(costSentence({ ...unproven, lapsedA: 6 })).toBe(`After commissioning it costs${cost}`);
    expect(costSentence({ ...unproven, switchedOff: true })).toBeNull();
    expect(costSentence({ ...unproven, leaseClass: 'A' })).toBeNull();
    expect(costSentence({ ...unproven, leaseClass: 'C', maxA: 6 })).toBeNull();
  });
});

describe('how far the set-up of a charger is', () => {
  const done: SetUpFacts = {
    state: 'done',
    cleared: [],
    stepsLeft: 0,
    readBack: 'agrees',
    failures: 0,
  };
  const cases: readonly (readonly [Partial<SetUpFacts>, string])[] = [
    [{}, 'Done, and it reads back what was set.'],
    [{ readBack: 'unknown' }, 'Done.'],
    [{ readBack: 'unsupported' }, 'Done. It cannot read back what was set.'],
    [{ readBack: 'differs' }, 'Done, but it reads back something else than was set: another limit is in force there.'],
    [{ state: 'running', stepsLeft: 1 }, 'Runs: 1 step to go.'],
    [{ state: 'running', stepsLeft: 3, failures: 1 }, 'Runs: 3 steps to go, trying again.'],
    [{ state: 'waiting' }, 'Waits until the charger connects.'],
    [
      { cleared: ['10 A'] },
      'Done, and it reads back what was set. A limit of somebody else was found there and cleared: 10 A.',
    ],
    [
      { cleared: ['10 A', '20 A'], readBack: 'unknown' },
      'Done. 2 limits of others were found there and cleared: 10 A; 20 A.',
    ],
  ];
  it.each(cases)('%j', (changed, sentence) => expect(setUpSentence({ ...done, ...changed })).toBe(sentence));
});

describe('how the memory of a charger wears', () => {
  it.each([
    [12, 500, 96, '12 of the 500 a day that its memory is made for, about 96 by the end of the day.'],
    [12, 500, null, '12 of the 500 a day that its memory is made for.'],
    [0, 500, 0, '0 of the 500 a day that its memory is made for.'],
    [400, 500, null, '400 of the 500 a day that its memory is made for.'],
    [500, 500, null, '500 of the 500 a day that its memory is made for. No raises until tomorrow.'],
    [9000, null, 9000, null],
  ])('%d of %j, %j expected', (writesToday, writesPerDay, writesProjected, sentence) => {
    expect(writesSentence({ writesToday, writesPerDay, writesProjected, writesSpared: false })).toBe(sentence);
  });

  it('says when writes are spared', () => {
    expect(writesSentence({ writesToday: 300, writesPerDay: 500, writesProjected: 490, writesSpared: true })).toBe(
      '300 of the 500 a day that its memory is made for, about 490 by the end of the day. Raises are spaced out, and limits are said again later.',
    );
  });
});

it('nobody is told of an EVSE or a lease', () => {
  const said = [
    ...EXPOSURE_WORDS.map(by => exposureSentence({ ...booking, by })),
    ...(['A', 'B', 'C', 'unknown'] as const).flatMap(leaseClass =>
      (['controlled', 'unproven'] as const).map(control => classSentence({ leaseClass, control })),
    ),
  ];
  expect(said.filter(sentence => /evse|lease/i.test(sentence))).toEqual([]);
});
