import type { Outcome } from '#base/outcome.ts';
import { Peer, type PeerHandlers, type PeerOptions } from '#ocpp/peer.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import type { Command, CommandReply } from '#site/command.ts';
import { HandClock } from './hand-clock.ts';
import { HandPipe } from './hand-pipe.ts';

export const randomness = { uuid: () => '00112233-4455-6677-8899-aabbccddeeff', int: () => 0 };

/** A peer on a pipe that the test holds, with a diary of what its handlers saw. */
export function converse(options: Partial<PeerOptions> = {}, handlers: Partial<PeerHandlers> = {}) {
  const pipe = new HandPipe();
  const clock = new HandClock();
  const diary: string[] = [];
  const peer = new Peer(
    { pipe, clock, randomness, dialect: dialect16, side: 'csms', ...options },
    {
      closed: (code, reason) => diary.push(`closed ${code} ${reason}`),
      pong: () => diary.push('pong'),
      heard: () => {},
      ...handlers,
    },
  );
  const tell = (name: string) => (outcome: Outcome<CommandReply | object>) => {
    diary.push(`${name} ${outcome.ok ? JSON.stringify(outcome.value) : `${outcome.why}: ${outcome.detail}`}`);
  };
  return { pipe, clock, peer, diary, tell };
}

/** A command that shows in its frame which one it is. */
export const unlock = (connectorId: number): Command => ({ kind: 'unlock-connector', connectorId });
