/** The password of the one station: the site file's, the back office's, and who wins. */
import { expect, it } from 'vitest';
import { authorization, type Login, Password } from '#upstream/password.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

const HEX = '000102030405060708090a0b0c0d0e0f10111213';
const TEXT = 'a password of some length';

const station = (password: string | null, url = 'wss://csms.example') => ({
  ...{ url, identity: 'SITE-1', password },
  ...{ ca: null, messagesPerS: 5, resetScope: 'stuck' as const },
});

/** What is on disk after the changes. */
function disk(before: readonly StoredDocument[], changes: readonly StoreChange[]): readonly StoredDocument[] {
  const kept = new Map(before.map(document => [document.key, document]));
  for (const change of changes) {
    if (change.type === 'put') kept.set(change.document.key, change.document);
    if (change.type === 'remove') kept.delete(change.key);
  }
  return [...kept.values()];
}

/** The back office gives one, and the disk takes it. */
function given(to: Password, value: string): readonly StoreChange[] {
  const taken = to.give(value);
  if (taken === null) throw new Error('no password');
  taken.stored();
  return taken.changes;
}

const secrets = (logins: readonly Login[]) => logins.map(({ secret, as }) => `${as} ${secret}`);

it('the site file’s is the only one until another is given', () => {
  expect(new Password(station('of-the-file'), []).logins()).toEqual([{ secret: 'of-the-file', as: 'text' }]);
  expect(new Password(station(null), []).logins()).toEqual([{ secret: null, as: 'text' }]);
});

it.each([
  ['sixteen bytes of text', 'sixteen letters!', true],
  ['fifteen bytes', 'fifteen letters', false],
  ['sixteen bytes in eight letters', 'üüüüüüüü', true],
  ['twenty bytes as hexadecimal', HEX, true],
  ['64 letters', 'x'.repeat(64), true],
  ['65 letters', 'x'.repeat(65), false],
  ['nothing', '', false],
  ['a line end in it', 'sixteen\nletters!!', false],
])('%s: taken %s? %s', (_, value, isTaken) => {
  expect(new Password(station('of-the-file'), []).give(value) !== null).toBe(isTaken);
});

it('a new one counts only once it is on disk', () => {
  const password = new Password(station('of-the-file'), []);
  const taken = password.give(TEXT);
  expect(secrets(password.logins())).toEqual(['text of-the-file']);
  taken?.stored();
  expect(secrets(password.logins())).toEqual([`text ${TEXT}`, 'text of-the-file']);
});

it('hexadecimal is tried as the bytes it stands for, then as its digits, then the old one; what was let in stays alone', () => {
  const password = new Password(station('of-the-file'), []);
  const stored = disk([], given(password, HEX));
  const expected = [`bytes ${HEX}`, `text ${HEX}`, 'text of-the-file'];
  expect(secrets(password.logins())).toEqual(expected);
  const again = new Password(station('of-the-file'), stored);
  expect(secrets(again.logins())).toEqual(expected);
  const settled = disk(stored, again.letIn({ secret: HEX, as: 'text' }));
  expect(secrets(again.logins())).toEqual([`text ${HEX}`]);
  expect(secrets(new Password(station('of-the-file'), settled).logins())).toEqual([`text ${HEX}`]);
});

it('the old one that was let in changes nothing: the new one is tried first the next time', () => {
  const password = new Password(station('of-the-file'), []);
  given(password, TEXT);
  expect(password.letIn({ secret: 'of-the-file', as: 'text' })).toEqual([]);
  expect(secrets(password.logins())).toEqual([`text ${TEXT}`, 'text of-the-file']);
});

it('a second new one before the first was let in keeps the one that was', () => {
  const password = new Password(station('of-the-file'), []);
  given(password, HEX);
  given(password, TEXT);
  expect(secrets(password.logins())).toEqual([`text ${TEXT}`, 'text of-the-file']);
  password.letIn({ secret: TEXT, as: 'text' });
  given(password, HEX);
  expect(secrets(password.logins())).toEqual([`bytes ${HEX}`, `text ${HEX}`, `text ${TEXT}`]);
});

it('a person who changes the site file wins, and what was given before never comes back', () => {
  const password = new Password(station('of-the-file'), []);
  const stored = disk([], given(password, TEXT));
  const changed = new Password(station('another one'), stored);
  expect(secrets(changed.logins())).toEqual(['text another one']);
  const left = disk(stored, changed.outdated);
  expect(secrets(new Password(station('of-the-file'), left).logins())).toEqual(['text of-the-file']);
});

it('what one back office gave is nothing to another', () => {
  const password = new Password(station('of-the-file'), []);
  const stored = disk([], given(password, TEXT));
  const other = new Password(station('of-the-file', 'wss://other.example'), stored);
  expect(secrets(other.logins())).toEqual(['text of-the-file']);
  expect(other.outdated).toEqual([]);
});

it('what the disk has spoilt is no password', () => {
  const kind = 'upstream-password';
  const key = 'wss://csms.example|SITE-1';
  for (const json of ['{', 'null', '{"filed":1}', '[]'])
    expect(secrets(new Password(station('of-the-file'), [{ kind, key, json }]).logins())).toEqual(['text of-the-file']);
});

it('the header is that of the example in OCPP-J 1.6, clause 6.2', () => {
  const login = { secret: '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF', as: 'bytes' } as const;
  expect(authorization('AL1000', login)).toBe('Basic QUwxMDAwOgABAgMEBQYH////////////////');
  expect(authorization('AL1000', { secret: 'pässword', as: 'text' })).toBe(`Basic ${btoa('AL1000:pÃ¤ssword')}`);
  expect(authorization('AL1000', { secret: null, as: 'text' })).toBeNull();
});
