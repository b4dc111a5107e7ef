import { describe, expect, it } from 'vitest';
import { afterAnswer, afterFailure, firstTurn, nextIndex, RETRY_MAX_MS, type Turn } from '#meters/schedule.ts';

describe('a meter that answers', () => {
  it.each([
    ['keeps its grid, however late the answer', 1000, 1180, 2000],
    ['is asked once, not twice, for a slot it overran', 1000, 2050, 3000],
    ['skips all slots that passed', 1000, 7600, 8000],
    ['answers exactly at the next slot: that one is gone', 1000, 2000, 3000],
  ])('%s', (_, dueMs, nowMs, nextMs) => {
    expect(afterAnswer({ dueMs, failures: 3 }, 1000, nowMs)).toEqual({ dueMs: nextMs, failures: 0 });
  });
});

describe('a meter that does not answer', () => {
  it('loses one slot, then waits twice as long each time up to the bound', () => {
    let turn = firstTurn(0);
    const waits: number[] = [];
    for (let poll = 0; poll < 6; poll += 1) {
      const nowMs = turn.dueMs + 800;
      turn = afterFailure(turn, 1000, nowMs, 0);
      waits.push(turn.dueMs - nowMs);
    }
    expect(waits).toEqual([200, 2000, 4000, RETRY_MAX_MS, RETRY_MAX_MS, RETRY_MAX_MS]);
  });

  it('is never asked more often than its interval wants', () => {
    expect(afterFailure({ dueMs: 0, failures: 9 }, 30_000, 800, 0).dueMs).toBe(30_800);
  });

  it('is spread by the jitter', () => {
    expect(afterFailure({ dueMs: 0, failures: 9 }, 1000, 0, 20).dueMs).toBe(RETRY_MAX_MS * 1.2);
  });
});

describe('whose turn it is', () => {
  it.each<[string, readonly Turn[], number]>([
    [
      'the one that waits longest',
      [
        { dueMs: 90, failures: 0 },
        { dueMs: 80, failures: 0 },
      ],
      1,
    ],
    [
      'of equals the first',
      [
        { dueMs: 90, failures: 0 },
        { dueMs: 90, failures: 0 },
      ],
      0,
    ],
    [
      'a healthy one before a silent one',
      [
        { dueMs: 10, failures: 5 },
        { dueMs: 100, failures: 0 },
      ],
      1,
    ],
    [
      'a silent one that is due before a healthy one that is not',
      [
        { dueMs: 100, failures: 1 },
        { dueMs: 101, failures: 0 },
      ],
      0,
    ],
    [
      'the next one when nobody is due',
      [
        { dueMs: 300, failures: 0 },
        { dueMs: 200, failures: 4 },
      ],
      1,
    ],
  ])('%s', (_, turns, index) => {
    expect(nextIndex(turns, 100)).toBe(index);
  });
});
