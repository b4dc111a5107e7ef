/** A flood of questions from above: a bounded number is answered each second, in order, and what is too much is refused. */
import { beforeEach, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import type { Command } from '#site/command.ts';
import { Turnstile } from '#upstream/turnstile.ts';

let clock: VirtualClock;
let gate: Turnstile;
let ran: { readonly what: string; readonly atMs: number }[];

beforeEach(() => {
  clock = virtualClock(0);
  gate = new Turnstile(clock);
  ran = [];
});

const ask = (kind: Command['kind'], what: string = kind): boolean =>
  gate.pass(kind, () => void ran.push({ what, atMs: clock.nowMs() }));

it('who asks now and then is answered at once', async () => {
  for (let turn = 0; turn < 5; turn++) {
    expect(ask('get-composite-schedule')).toBe(true);
    expect(ran).toHaveLength(turn + 1);
    await clock.run(clock.nowMs() + 200);
  }
});

it.each([
  ['schedules', 'five', 'get-composite-schedule', 200],
  ['local lists', 'two', 'send-local-list', 500],
  ['requests for the log', 'two', 'get-log', 500],
] as const)('of a flood of %s %s a second are answered, in order, and most are refused at once', async (...flood) => {
  const [, , kind, everyMs] = flood;
  let refused = 0;
  for (let ms = 0; ms < 10_000; ms += 10) {
    if (!ask(kind, String(ms))) refused++;
    await clock.run(ms + 10);
  }
  await clock.run(20_000);
  expect(ran.length + refused).toBe(1_000);
  for (let i = 1; i < ran.length; i++) {
    expect((ran[i]?.atMs ?? 0) - (ran[i - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(everyMs);
    expect(Number(ran[i]?.what)).toBeGreaterThan(Number(ran[i - 1]?.what));
  }
  // Nobody waits longer than the sixteen before it take.
  for (const { what, atMs } of ran) expect(atMs - Number(what)).toBeLessThanOrEqual(16 * everyMs);
});

it('who stops a car does not wait behind forecasts, and a profile is not overtaken by what clears it', async () => {
  for (let i = 0; i < 10; i++) ask('get-composite-schedule');
  ask('set-charging-profile', 'set 1');
  ask('set-charging-profile', 'set 2');
  ask('clear-charging-profile', 'clear');
  ask('remote-stop', 'stop');
  expect(ran.map(({ what }) => what)).toEqual(['get-composite-schedule', 'set 1', 'stop']);
  await clock.run(100);
  expect(ran.slice(3).map(({ what }) => what)).toEqual(['set 2', 'clear']);
});

it('with the link goes what nobody waits for any more', async () => {
  for (let i = 0; i < 5; i++) ask('remote-start');
  gate.clear();
  await clock.run(10_000);
  expect(ran).toHaveLength(1);
  expect(ask('remote-start')).toBe(true);
  expect(ran).toHaveLength(2);
});
