/** What waited for the back office, while it goes up: through kills, slow answers, refusals and a clock that is set. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const CARS = ['CP1', 'CP2', 'CP3', 'CP4'];

/** Two sessions on each of four sockets, told to nobody. */
async function backlog(): Promise<Story> {
  const site = await garage(4, { whoMayCharge: 'everyone' }, { mortal: true });
  officeOf(site).leave();
  for (let round = 0; round < 2; round++) {
    for (const car of CARS) site.plug(car);
    await site.run('4 min');
    for (const car of CARS) site.unplug(car);
    await site.run('1 min');
  }
  expect(officeOf(site).ledger.starts).toHaveLength(0);
  return site;
}

async function allIsThere(site: Story): Promise<void> {
  const { ledger, complaints } = officeOf(site);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect([ledger.starts.length, ledger.stops.length]).toEqual([8, 8]);
  expect(complaints).toEqual([]);
  const startedMs = ledger.starts.map(({ wallMs }) => wallMs);
  expect(startedMs).toEqual([...startedMs].sort((a, b) => a - b));
  await site.close();
}

it('a gateway that is killed again and again while it goes up loses and doubles nothing', async () => {
  const site = await backlog();
  const draw = site.site.random.split('deaths');
  officeOf(site).back();
  for (let death = 0; death < 5; death++) {
    // The dial, the boot, and then some messages at five a second.
    await site.run(`${8 + 0.7 * death} s`);
    site.life?.restart(draw, 500);
  }
  await site.run('10 min');
  await allIsThere(site);
});

it('one that is killed over what it writes down loses and doubles nothing', async () => {
  const site = await backlog();
  const draw = site.site.random.split('deaths');
  officeOf(site).back();
  for (const at of ['before-commit', 'after-commit', 'before-commit'] as const) {
    await site.run('12 s');
    site.life?.restartAtCommit(draw, at, 500);
  }
  await site.run('10 min');
  await allIsThere(site);
});

it('answers that come only after the link was dialled anew double nothing', async () => {
  const site = await backlog();
  officeOf(site).behave({ answerMs: 31_000 });
  officeOf(site).back();
  await site.run('10 min');
  officeOf(site).behave({ answerMs: 29_000 });
  await site.run('5 min');
  officeOf(site).behave({ answerMs: 20 });
  await site.run('10 min');
  await allIsThere(site);
});

it('refusals and lost answers in between change nothing but when', async () => {
  const site = await backlog();
  officeOf(site).behave({ errors: { StartTransaction: 2, StopTransaction: 2, MeterValues: 2 }, loseAnswers: 3 });
  officeOf(site).back();
  await site.run('20 min');
  await allIsThere(site);
});

it('one that turns us away in the middle and takes us again is told the rest', async () => {
  const site = await backlog();
  const office = officeOf(site);
  office.behave({ boot: 'Rejected', bootIntervalS: 60 });
  office.back();
  await site.run('8 s');
  office.call('Reset', { type: 'Soft' });
  await site.run('3 min');
  office.behave({ boot: 'Accepted', bootIntervalS: 300, transactionId: () => 0 });
  await site.run('10 min');
  await allIsThere(site);
});

it.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('a wall clock that is set %s by an hour meanwhile loses no session', async (_, byMs) => {
  const site = await backlog();
  officeOf(site).back();
  await site.run('5 s');
  site.site.clock.stepWall(byMs);
  await site.run('10 min');
  await allIsThere(site);
});

it('samples that are refused are set aside after three tries, however many cars come and go meanwhile', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' });
  const office = officeOf(site);
  site.plug('CP1', { needWh: 1_000_000 });
  await site.run('5 min');
  office.behave({ errors: { MeterValues: 1_000 } });
  const from = office.received.length;
  for (let round = 0; round < 10; round++) {
    site.plug('CP2', { needWh: 1 });
    await site.run('30 s');
    site.unplug('CP2');
    await site.run('30 s');
  }
  const times = new Map<string, number>();
  for (const { id, action } of office.received.slice(from))
    if (action === 'MeterValues') times.set(id, (times.get(id) ?? 0) + 1);
  expect(Math.max(...times.values())).toBe(3);
  await site.close();
});
