/**
 * A dialect is one version of OCPP, translated to and from the neutral words of `site/report` and `site/command`.
 * It serves both sides of us: towards chargers we decode reports and encode commands, upwards the other way round.
 */
import type { Outcome } from '#base/outcome.ts';
import type { ErrorCode, Version } from '#ocpp/errors.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';

/** A message of the version, before it becomes a frame. */
export type Encoded = { readonly action: string; readonly payload: object };

export type Decoded<T> =
  /** `mended`: fields that had to be dropped or changed before the schema took the message. */
  | { readonly ok: true; readonly value: T; readonly mended: number }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

/** `lenient` mends what chargers get wrong; `strict` holds the sender to the schema. */
export type Manner = 'lenient' | 'strict';

/** One direction of a conversation: requests one way, their answers back. */
export type Codec<Request, Answer> = {
  /** Whether the action is one of this direction that has a neutral meaning. */
  knows(action: string): boolean;
  /** Fails with 'not-supported' where the version has no word for it. */
  encode(request: Request): Outcome<Encoded>;
  /** May change the payload it is given. */
  decode(action: string, payload: object, manner: Manner): Decoded<Request>;
  /** An answer of another kind than the request wants is a bug and asserts. */
  encodeReply(request: Request, answer: Answer): object;
  decodeReply(request: Request, payload: object, manner: Manner): Decoded<Answer>;
};

export type Dialect = {
  readonly subprotocol: string;
  readonly version: Version;
  /** Whether a control call may leave while another call is unanswered: 1.6 says SHOULD NOT, 2.x SHALL NOT. */
  readonly controlMayOvertake: boolean;
  /** What a station says. */
  readonly reports: Codec<Report, Reply>;
  /** What is asked of a station. */
  readonly commands: Codec<Command, CommandReply>;
  /** Whether the version has such an action at all, ours or not. */
  hasAction(action: string): boolean;
};
