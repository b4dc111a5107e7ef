/** Telling systemd: by its own program, one at a time, and only where it asked. */
import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { type Fields, silentLog } from '#base/log.ts';
import { openNotify, takeNotifyEnvironment } from '../../src/real/notify.ts';
import { openStandIn, type StandIn } from './stand-in.ts';
import { until } from './websocket-kit.ts';

const standIns: StandIn[] = [];
afterEach(() => {
  for (const standIn of standIns.splice(0)) standIn.end();
});

function open(before = '', more: object = {}) {
  const standIn = openStandIn(before);
  standIns.push(standIn);
  const said: string[] = [];
  const note = (message: string, _fields?: Fields) => void said.push(message);
  const log = { ...silentLog, warn: note, error: note };
  const { environment, told } = standIn;
  return { tell: openNotify({ ...environment, ...more }, log), told, said, environment };
}

const pause = (ms: number) => new Promise(done => setTimeout(done, ms));

it('every variable is an argument of one run of systemd-notify', async () => {
  const { tell, told } = open();
  tell({ READY: '1', WATCHDOG: '1', STATUS: 'In control.' });
  await until(() => told().length === 1);
  expect(told()).toEqual([['READY=1', 'WATCHDOG=1', 'STATUS=In control.']]);
});

it('a line end in a status begins no other variable', async () => {
  const { tell, told } = open();
  tell({ STATUS: 'Meter m1: bad\r\nMAINPID=1' });
  await until(() => told().length === 1);
  expect(told()).toEqual([['STATUS=Meter m1: bad MAINPID=1']]);
});

it('while one runs nothing else is started: what counts waits, the newest of it, and a pet does not', async () => {
  const { tell, told } = open('sleep 0.3');
  tell({ READY: '1' });
  tell({ WATCHDOG: '1', STATUS: 'first' });
  tell({ STATUS: 'second' });
  tell({ STOPPING: '1' });
  await until(() => told().length === 2);
  expect(told()).toEqual([['READY=1'], ['STATUS=second', 'STOPPING=1']]);
});

it('a pet that came while one runs leaves nothing behind that the next pet would find running', async () => {
  const { tell, told } = open('case "$*" in *first*|*third*) ;; *) sleep 60;; esac');
  tell({ WATCHDOG: '1', STATUS: 'first' });
  tell({ WATCHDOG: '1', STATUS: 'second' });
  await until(() => told().length === 1);
  await until(() => {
    tell({ WATCHDOG: '1', STATUS: 'third' });
    return told().length > 1;
  });
  expect(told()[1]).toEqual(['WATCHDOG=1', 'STATUS=third']);
});

it('one that cannot even be started is logged once, and the gateway goes on', () => {
  // Longer than a program may be given (E2BIG): Node.js throws that, as it throws ENOMEM.
  const { tell, said } = open('', { NOTIFY_SOCKET: '/'.repeat(1_000_000) });
  tell({ WATCHDOG: '1' });
  tell({ WATCHDOG: '1' });
  expect(said).toEqual(['systemd-notify failed']);
});

it('of the environment it is given nothing but what it needs', async () => {
  process.env.BUSBAR_TEST_PASSWORD = 'secret';
  try {
    const { tell, told } = open('set -- "$(printenv BUSBAR_TEST_PASSWORD || echo none)"');
    tell({ WATCHDOG: '1' });
    await until(() => told().length === 1);
    expect(told()).toEqual([['none']]);
  } finally {
    delete process.env.BUSBAR_TEST_PASSWORD;
  }
});

it('other children are not told where systemd listens', () => {
  const environment = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '20000000', PATH: '/usr/bin', HOME: '/' };
  const { HOME: _, ...taken } = { ...environment };
  expect(takeNotifyEnvironment(environment)).toEqual(taken);
  expect(environment).not.toHaveProperty('NOTIFY_SOCKET');
});

it('one that hangs is cut, and the next one is started', async () => {
  const { tell, told, said } = open('case "$1" in READY*) exec sleep 60;; esac');
  tell({ READY: '1' });
  tell({ STOPPING: '1' });
  await until(() => told().length === 1);
  expect(told()).toEqual([['STOPPING=1']]);
  expect(said).toEqual(['systemd-notify failed']);
});

it('where systemd asked for nothing, nothing is run', async () => {
  const { said, environment } = open();
  const tell = openNotify({ PATH: environment.PATH }, silentLog);
  tell({ READY: '1' });
  await pause(300);
  expect(existsSync(environment.NOTIFY_SOCKET)).toBe(false);
  expect(said).toEqual([]);
});

it('a program that is not there is told of once, and costs nothing', async () => {
  const { tell, said } = open('', { PATH: '/nowhere' });
  tell({ READY: '1' });
  await until(() => said.length === 1);
  tell({ WATCHDOG: '1' });
  await pause(300);
  expect(said).toEqual(['systemd-notify failed']);
});

it('a watchdog that is shorter than passes may be apart is warned of', () => {
  expect(open('', { WATCHDOG_USEC: '5000000' }).said).toEqual([expect.stringMatching(/WatchdogSec is so short/)]);
  expect(open('', { WATCHDOG_USEC: '20000000' }).said).toEqual([]);
});
