/** One archive for the back office: what is in it, where it goes, and what is said when it goes nowhere. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { ask, garage, officeOf, status } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;
const PLACE = 'https://user:p%40ss@files.example/put/';

const diagnostics = (site: Story, more: object = {}) => ask(site, 'GetDiagnostics', { location: PLACE, ...more });
const getLog = (site: Story, requestId: number, more: object = {}) =>
  ask(site, 'GetLog', { logType: 'DiagnosticsLog', requestId, log: { remoteLocation: PLACE }, ...more });

/** How the uploads went, as the back office was told. */
const told = (site: Story) =>
  officeOf(site)
    .received.filter(({ action }) => /^(Diagnostics|Log)Status/.test(action))
    .map(({ action, payload }) => [
      action,
      payload.status,
      ...(payload.requestId === undefined ? [] : [payload.requestId]),
    ]);

/** The files in a tape archive, by name. */
function filesIn(body: Uint8Array): Map<string, string> {
  const bytes = Buffer.from(body);
  const files = new Map<string, string>();
  for (let at = 0; bytes[at] !== 0; ) {
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(bytes.toString('ascii', at + 124, at + 135), 8);
    files.set(name, bytes.toString('utf8', at + 512, at + 512 + size));
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return files;
}

it('holds the log, the state and what happened, and no card and no password', async () => {
  const site = await garage(2, EVERYONE, { seen: true });
  site.plug('CP1', { idTag: 'PRIVATE-CARD' });
  await site.run('2 min');
  const { fileName } = (await diagnostics(site)) as { fileName: string };
  expect(fileName).toMatch(/^busbar-SITE-1-\d{8}T\d{6}Z\.tar$/);
  const [file] = officeOf(site).files;
  expect(file).toMatchObject({ url: `https://files.example/put/${fileName}`, contentType: 'application/x-tar' });
  expect(file?.authorization).toBe(`Basic ${btoa('user:p@ss')}`);
  const files = filesIn(file?.body ?? new Uint8Array());
  expect([...files.keys()]).toEqual(['about.json', 'state.json', 'events.jsonl', 'log.jsonl']);
  const state = JSON.parse(files.get('state.json') ?? '');
  expect(state.connectors[0].transaction.idToken).toBe('***');
  expect(files.get('events.jsonl')).toContain('"what":"transaction-started"');
  expect(files.get('log.jsonl')).toContain('a simulated line');
  const all = [...files.values()].join('');
  for (const secret of ['PRIVATE-CARD', 'station-secret', 'secret-1']) expect(all).not.toContain(secret);
  expect(told(site)).toEqual([
    ['DiagnosticsStatusNotification', 'Uploading'],
    ['DiagnosticsStatusNotification', 'Uploaded'],
  ]);
  await site.close();
});

it('goes to the address itself where that is no folder, and leaves out what is not wanted', async () => {
  const site = await garage(1, EVERYONE);
  const early = { stopTime: '2025-12-31T00:00:00Z' };
  await diagnostics(site, { location: 'http://files.example/signed?key=1', ...early });
  const [file] = officeOf(site).files;
  expect(file?.url).toBe('http://files.example/signed?key=1');
  expect(filesIn(file?.body ?? new Uint8Array()).get('log.jsonl')).toBe('');
  await site.close();
});

it('goes to a place whose password holds any characters', async () => {
  const site = await garage(1, EVERYONE);
  const words = ['u%FF:p', 'u:%E2%82%AC'];
  for (const word of words) await diagnostics(site, { location: `https://${word}@files.example/put/` });
  const sent = officeOf(site).files.map(file => (file.authorization ?? '').replace('Basic ', ''));
  expect(sent.map(base64 => Buffer.from(base64, 'base64').toString())).toEqual(['u%FF:p', 'u:€']);
  await site.close();
});

it('asked for in the words of the security extension is told in those words', async () => {
  const site = await garage(1, EVERYONE);
  expect(await getLog(site, 9)).toMatchObject(status('Accepted'));
  expect(told(site)).toEqual([
    ['LogStatusNotification', 'Uploading', 9],
    ['LogStatusNotification', 'Uploaded', 9],
  ]);
  expect(await getLog(site, 10, { logType: 'SecurityLog' })).toEqual(status('Rejected'));
  await site.close();
});

it('is not brought to a place that speaks FTP, and the back office is told', async () => {
  const site = await garage(1, EVERYONE);
  expect(await diagnostics(site, { location: 'ftp://files.example/in/' })).toEqual({});
  const log = { remoteLocation: 'ftp://files.example/in/' };
  expect(await getLog(site, 9, { log })).toEqual(status('Accepted'));
  expect(told(site)).toEqual([
    ['DiagnosticsStatusNotification', 'UploadFailed'],
    ['LogStatusNotification', 'NotSupportedOperation', 9],
  ]);
  expect(officeOf(site).files).toEqual([]);
  await site.close();
});

it('that nobody takes is tried again as often as asked, then it failed', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ upload: 'offline' });
  await diagnostics(site, { retries: 2, retryInterval: 60 });
  await site.run('90 s');
  expect(told(site)).toEqual([['DiagnosticsStatusNotification', 'Uploading']]);
  office.behave({ upload: null });
  await site.run('60 s');
  expect(told(site).at(-1)).toEqual(['DiagnosticsStatusNotification', 'Uploaded']);
  office.behave({ upload: 'rejected' });
  await getLog(site, 3, { retries: 0 });
  expect(told(site).at(-1)).toEqual(['LogStatusNotification', 'PermissionDenied', 3]);
  await site.close();
});

it('a later request takes the place of one that is still tried', async () => {
  const site = await garage(1, EVERYONE);
  officeOf(site).behave({ upload: 'offline' });
  await getLog(site, 1, { retries: 5, retryInterval: 60 });
  officeOf(site).behave({ upload: null });
  expect(await getLog(site, 2)).toMatchObject(status('AcceptedCanceled'));
  await site.run('10 min');
  expect(told(site).filter(([, word]) => word !== 'Uploading')).toEqual([['LogStatusNotification', 'Uploaded', 2]]);
  await site.close();
});
