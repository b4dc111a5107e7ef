import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { virtualClock } from '#sim/virtual-clock.ts';

describe('virtual time', () => {
  it('runs timers in the order of their instants, and of their setting where these are equal', async () => {
    const clock = virtualClock(0);
    const seen: string[] = [];
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['a2', 10],
      ['c2', 30],
    ] as const)
      clock.after(name, ms, () => seen.push(`${name}@${clock.nowMs()}`));
    await clock.run(25);
    expect(seen).toEqual(['a@10', 'a2@10', 'b@20']);
    expect(clock.nowMs()).toBe(25);
    await clock.run(30);
    expect(seen.slice(3)).toEqual(['c@30', 'c2@30']);
  });

  it('keeps the order over thousands of timers, some of them cancelled', async () => {
    const clock = virtualClock(0);
    const random = prng('heap');
    const seen: number[] = [];
    const expected: number[] = [];
    for (let i = 0; i < 5000; i++) {
      const ms = random.int(400);
      const timer = clock.after('x', ms, () => seen.push(ms));
      if (random.chance(0.3)) timer.cancel();
      else expected.push(ms);
    }
    await clock.run(1000);
    expect(seen).toEqual(expected.toSorted((a, b) => a - b));
  });

  it('lets a long chain of promises end before the next timer runs', async () => {
    const clock = virtualClock(0);
    const seen: string[] = [];
    clock.after('first', 1, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        seen.push(`chain@${clock.nowMs()}`);
      })();
    });
    clock.after('second', 1, () => seen.push('second'));
    await clock.run(5);
    expect(seen).toEqual(['chain@1', 'second']);
  });

  it('rejects with what a timer throws', async () => {
    const clock = virtualClock(0);
    clock.after('bad', 1, () => {
      throw new Error('a bug');
    });
    await expect(clock.run(5)).rejects.toThrow('a bug');
  });

  it('moves the wall clock without moving the monotonic one', async () => {
    const clock = virtualClock(1_000_000);
    await clock.run(500);
    clock.stepWall(-3000);
    expect([clock.nowMs(), clock.wallMs()]).toEqual([500, 997_500]);
  });
});

describe('seeded randomness', () => {
  const draws = (name: string) => {
    const random = prng(name);
    return Array.from({ length: 5 }, () => random.unit());
  };

  it('is the same for the same seed and another for another', () => {
    expect(draws('seed 1')).toEqual(draws('seed 1'));
    expect(draws('seed 1')).not.toEqual(draws('seed 2'));
  });

  it('gives a subsystem the same stream however much another one drew', () => {
    const a = prng('s');
    const b = prng('s');
    for (let i = 0; i < 100; i++) b.unit();
    expect(a.split('cars').unit()).toBe(b.split('cars').unit());
    expect(a.split('cars').unit()).not.toBe(a.split('meters').unit());
  });

  it('is even and has the mean it is asked for', () => {
    const random = prng('even');
    const bins = new Array<number>(10).fill(0);
    let gaps = 0;
    for (let i = 0; i < 20_000; i++) {
      const bin = random.int(10);
      bins[bin] = (bins[bin] ?? 0) + 1;
      gaps += random.gap(7);
    }
    expect(Math.min(...bins)).toBeGreaterThan(1700);
    expect(gaps / 20_000).toBeCloseTo(7, 0);
  });
});
