/** The back office's list of cards while it is written down. */
import { expect, it } from 'vitest';
import type { Command } from '#site/command.ts';
import { LocalList } from '#upstream/local-list.ts';

type Message = Extract<Command, { kind: 'send-local-list' }>;

const message = (version: number, full: boolean, idToken: string): Message => ({
  ...{ kind: 'send-local-list', version, full },
  entries: [{ idToken, status: 'Accepted', groupIdToken: null, expiresAtWallMs: null }],
});

it('a change that comes before the one before it is on disk is not taken, and no card is lost by it', () => {
  const list = new LocalList(() => true, [], []);
  const first = list.plan(message(1, true, 'ANNA'));
  expect(list.plan(message(2, false, 'BERT'))).toEqual({ status: 'Failed' });
  if ('changes' in first) list.settled(first, false);
  expect(list.version(), 'the disk refused').toBe(0);
  for (const next of [message(1, true, 'ANNA'), message(2, false, 'BERT')]) {
    const plan = list.plan(next);
    if ('changes' in plan) list.settled(plan, true);
  }
  expect([list.version(), list.word('ANNA', 0), list.word('BERT', 0)]).toEqual([
    2,
    { status: 'Accepted' },
    { status: 'Accepted' },
  ]);
});
