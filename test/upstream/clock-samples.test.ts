/** Samples at the marks of the clock. */
import { expect, it } from 'vitest';
import { ClockSamples } from '#upstream/clock-samples.ts';

const at = (second: number, context = 'Sample.Periodic') => ({ atWallMs: second * 1000, context, values: [] });
const seconds = (samples: readonly { atWallMs: number }[]) => samples.map(({ atWallMs }) => atWallMs / 1000);

it('of each socket the first sample at or after each mark, none for the mark before the first of all', () => {
  const clock = new ClockSamples();
  const due = (connector: number, ...all: number[]) =>
    seconds(
      clock.due(
        all.map(one => at(one)),
        connector,
        60_000,
      ),
    );
  expect(due(1, 61, 119)).toEqual([]);
  expect(due(1, 120, 130)).toEqual([120]);
  expect(due(2, 185)).toEqual([]);
  expect(due(1, 185, 190, 245)).toEqual([185, 245]);
});

it('what begins or ends a session is none, and without an interval there is none', () => {
  const clock = new ClockSamples();
  clock.due([at(10)], 1, 60_000);
  expect(clock.due([at(70, 'Transaction.End')], 1, 60_000)).toEqual([]);
  expect(clock.due([at(130)], 1, 0)).toEqual([]);
});
