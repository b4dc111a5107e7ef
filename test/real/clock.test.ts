import { expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { openLog } from '#real/log.ts';
import { nightly } from '#real/schedule.ts';

const noEvidence = () => {};

test('monotonic time never runs back and a timer never fires early', async () => {
  const clock = openClock(noEvidence);
  for (const ms of [0, 1, 3.4, 7]) {
    const before = clock.nowMs();
    await new Promise<void>(resolve => clock.after('short', ms, resolve));
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(ms);
  }
});

test('waiting timers are listed by name, soonest first, until they fire or are cancelled', async () => {
  const clock = openClock(noEvidence);
  const names = () => clock.active().map(timer => timer.name);
  const late = clock.after('late', 60_000, () => {});
  const soon = new Promise<void>(resolve => clock.after('soon', 5, resolve));
  expect(names()).toEqual(['soon', 'late']);
  await soon;
  expect(names()).toEqual(['late']);
  late.cancel();
  late.cancel();
  expect(names()).toEqual([]);
});

test('a deadline beyond what a machine timer can hold does not fire at once', async () => {
  const clock = openClock(noEvidence);
  let fired = 0;
  const timers = [2 ** 31, 1e12, Number.POSITIVE_INFINITY].map(ms => clock.after('far', ms, () => fired++));
  await new Promise<void>(resolve => clock.after('moment', 20, resolve));
  expect(fired).toBe(0);
  for (const timer of timers) timer.cancel();
});

test('a timer may be cancelled from within another of the same instant', async () => {
  const clock = openClock(noEvidence);
  const second = { cancel: () => {} };
  let fired = false;
  clock.after('first', 5, () => second.cancel());
  second.cancel = clock.after('second', 5, () => {
    fired = true;
  }).cancel;
  await new Promise<void>(resolve => clock.after('moment', 20, resolve));
  expect(fired).toBe(false);
});

test('the wall clock is believed only on evidence', () => {
  expect(openClock(noEvidence).quality()).toBe('unknown');
  expect(openClock(found => found(false)).quality()).toBe('unknown');
  expect(openClock(found => found(true)).quality()).toBe('synchronised');
  let asked = 0;
  const clock = openClock(found => {
    asked++;
    found(true);
  });
  for (let n = 0; n < 1000; n++) clock.quality();
  expect(asked).toBe(1);
});

test('this machine answers for its own clock within its time', async () => {
  const clock = openClock();
  expect(['synchronised', 'unknown']).toContain(clock.quality());
});

test('log lines are JSON, and no password, token or authorization is in them', () => {
  const lines: string[] = [];
  const log = openLog('info', { write: line => void lines.push(line) });
  log.info('charger refused', {
    identity: 'CP01',
    authorization: 'Basic c2VjcmV0',
    headers: { authorization: 'Bearer secret', Authorization: 'Bearer secret' },
    config: { web: { token: 'secret' }, password: 'secret' },
  });
  log.child({ room: 'web', token: 'secret' }).warn('odd', { error: new Error('no route') });
  const [first, second] = lines.map(line => JSON.parse(line));
  expect(first).toMatchObject({ level: 'info', msg: 'charger refused', identity: 'CP01', authorization: '***' });
  expect(new Date(first.at).getTime()).toBeGreaterThan(0);
  expect(second).toMatchObject({ level: 'warn', room: 'web', error: { message: 'no route' } });
  expect(lines.join('')).not.toMatch(/secret|c2VjcmV0/);
});

test('the night falls by the clock of the site, whatever zone the box stands in', () => {
  const berlin = nightly('prune', '10 3 * * *', 'Europe/Berlin', () => {}, silentLog);
  const next = new Date(berlin.nextWallMs() ?? 0);
  expect(next.getTime()).toBeGreaterThan(Date.now());
  expect(next.toLocaleTimeString('de-DE', { timeZone: 'Europe/Berlin' })).toBe('03:10:00');
  berlin.stop();
  expect(berlin.nextWallMs()).toBeNull();
});

test('what is scheduled runs, and not after it was stopped', async () => {
  let runs = 0;
  const every = await new Promise<{ stop(): void }>(resolve => {
    const task = nightly(
      'second',
      '* * * * * *',
      'Europe/Berlin',
      () => (++runs === 1 ? resolve(task) : null),
      silentLog,
    );
  });
  every.stop();
  await new Promise(resolve => setTimeout(resolve, 1_200));
  expect(runs).toBe(1);
});
