/** What the service manager hears: petted by completed passes alone, and never more often than it costs little. */
import { expect, it } from 'vitest';
import { Loop } from '#loop.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { SiteEvent } from '#site/event.ts';
import { initialState } from '#site/initial.ts';
import { pass } from '#site/pass.ts';
import { reduce } from '#site/reduce.ts';
import { type Notice, Watchdog } from '#watchdog.ts';
import { type SiteOptions, topologyOf } from './site/site.ts';

type Told = { readonly atMs: number; readonly notice: Notice };

/** A loop that turns on a virtual clock, until it hangs. */
function openLoop(options: SiteOptions) {
  const clock = virtualClock(0);
  const told: Told[] = [];
  const watchdog = new Watchdog(notice => void told.push({ atMs: clock.nowMs(), notice }));
  let state = initialState(topologyOf(options), 0);
  let isHung = false;
  const loop = new Loop({
    clock,
    state: () => state,
    dispatch(event: SiteEvent) {
      state = reduce(state, event);
      if (event.type === 'passed') watchdog.passed(state, event.atMs);
    },
    send() {},
    checkFailed() {},
    decide: (now, atMs) => (isHung ? null : pass(now, atMs)),
  });
  return {
    told,
    run: (ms: number) => clock.run(clock.nowMs() + ms),
    turn: () => loop.turn(null),
    opened: () => watchdog.opened(state, clock.nowMs()),
    stopping: () => watchdog.stopping(),
    hang() {
      isHung = true;
    },
  };
}

const BARE: SiteOptions = { metered: false, bays: [{}] };
const pets = (told: readonly Told[]) => told.filter(({ notice }) => notice.WATCHDOG === '1').map(({ atMs }) => atMs);

it('nothing is said before the doors are open; then that it is ready, once', async () => {
  const site = openLoop(BARE);
  site.turn();
  await site.run(60_000);
  expect(site.told).toEqual([]);
  site.opened();
  await site.run(60_000);
  expect(site.told.filter(({ notice }) => notice.READY === '1')).toHaveLength(1);
  expect(site.told[0]?.notice.STATUS).toBe('In control: passes complete and every guard meter is fresh.');
});

it('completed passes pet it, at least 5 s and at most 10 s apart, however many there are', async () => {
  const site = openLoop(BARE);
  site.opened();
  for (let second = 0; second < 120; second++) {
    for (let i = 0; i < 20; i++) site.turn();
    await site.run(second < 60 ? 300 : 4_700);
  }
  const atMs = pets(site.told);
  const gaps = atMs.slice(1).map((each, i) => each - (atMs[i] ?? 0));
  expect(gaps.length).toBeGreaterThan(10);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
});

it('a loop whose passes do not end is petted no more, though its timers go on', async () => {
  const site = openLoop(BARE);
  site.opened();
  site.turn();
  await site.run(60_000);
  const before = pets(site.told).length;
  expect(before).toBeGreaterThan(5);
  site.hang();
  await site.run(600_000);
  expect(pets(site.told)).toHaveLength(before);
});

it('the status names what keeps the site from being in control', () => {
  const site = openLoop({ metered: true, bays: [{}] });
  site.turn();
  site.opened();
  expect(site.told[0]?.notice.STATUS).toMatch(/^Meter grid of Main fuse /);
});

it('who stops says so, and is petted no more', async () => {
  const site = openLoop(BARE);
  site.opened();
  site.turn();
  site.stopping();
  await site.run(60_000);
  expect(site.told.at(-1)?.notice).toMatchObject({ STOPPING: '1' });
  expect(pets(site.told)).toHaveLength(1);
});
