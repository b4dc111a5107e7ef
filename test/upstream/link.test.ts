/** Who we say we are to a back office that takes every line and closes it where it does not like the password. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import { Link, type LinkDeps } from '#upstream/link.ts';
import type { StationOptions } from '#upstream/options.ts';
import { authorization, type Login, Password } from '#upstream/password.ts';
import type { DialOptions } from '#world.ts';
import { HandPipe } from '../ocpp/hand-pipe.ts';

const HEX = '000102030405060708090A0B0C0D0E0F';
const OPTIONS: StationOptions = {
  ...{ url: 'ws://csms', identity: 'S', password: 'of the site file', ca: null, messagesPerS: 5 },
  resetScope: 'stuck',
};

it.each([
  ['the digits of a new password', { secret: HEX, as: 'text' }],
  ['the old one', { secret: OPTIONS.password, as: 'text' }],
] as const)('one that takes %s is reached, and with that from then on', async (_, liked) => {
  const clock = virtualClock(0);
  const password = new Password(OPTIONS, []);
  password.give(HEX)?.stored();
  const lines: HandPipe[] = [];
  const dial = async ({ authorization: shown }: DialOptions) => {
    const pipe = new HandPipe();
    lines.push(pipe);
    const isLiked = shown === authorization(OPTIONS.identity, liked);
    const say = () => (isLiked ? pipe.say([2, 'a', 'GetLocalListVersion', {}]) : pipe.shutDown(1008, 'who are you'));
    clock.after('the back office looks at the password', 100, say);
    return ok({ pipe, subprotocol: 'ocpp1.6' });
  };
  const deps = {
    world: { clock, log: silentLog, randomness: { int: () => 0, uuid: () => 'id' }, dial },
    ...{ connected() {}, lost() {}, command() {} },
    logins: () => password.logins(),
    letIn: (login: Login) => void password.letIn(login),
  } as unknown as LinkDeps;
  const link = new Link(deps, OPTIONS);
  link.open();
  await clock.run(60_000);
  expect(lines.at(-1)?.send('is it up?')).toBe(true);
  expect(password.logins().at(liked.secret === HEX ? 0 : -1)).toEqual(liked);
  link.close();
});
