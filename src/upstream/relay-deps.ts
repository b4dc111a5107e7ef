/** What a command from above is decided with, and the shape of a decision: one row of the relay table. */
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { ChargingProfile, Command, CommandReply } from '#site/command.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import type { Availability } from './availability.ts';
import type { CompositeScene } from './composite.ts';
import type { Sessions } from './deps.ts';
import type { LocalList } from './local-list.ts';
import type { Numbering } from './numbering.ts';
import type { Reservations } from './reservations.ts';
import type { Resets } from './resets.ts';
import type { StationState } from './station.ts';
import type { Triggers } from './triggers.ts';
import type { Unlocks } from './unlocks.ts';
import type { Uploads } from './uploads.ts';
import type { Variables } from './variables.ts';
import type { Wishes } from './wishes.ts';

export type Answer = (reply: Outcome<CommandReply>) => void;
export type Is<K extends Command['kind']> = Extract<Command, { kind: K }>;

export type RelayDeps = {
  readonly sessions: Sessions;
  /** Who we are to whom: another back office’s ids mean nothing to this one. */
  readonly station: string;
  /** A session runs there. */
  isBusy(spec: ConnectorSpec): boolean;
  specOf(number: number): ConnectorSpec | null;
  isReachable(spec: ConnectorSpec): boolean;
  readonly authority: Authority;
  readonly variables: Variables;
  readonly wishes: Wishes;
  readonly resets: Resets;
  readonly unlocks: Unlocks;
  readonly triggers: Triggers;
  readonly availability: Availability;
  readonly reservations: Reservations;
  readonly localList: LocalList;
  readonly uploads: Uploads;
  state(): SiteState;
  numbering(): Numbering;
  stationState(): StationState;
  /** Keys that are facts here, and their values. */
  facts(): Readonly<Record<string, string>>;
  /** The site as a composite schedule sees it. */
  scene(): CompositeScene;
  /** Answers once the changes are on disk. */
  commit(changes: readonly StoreChange[], done: (isStored: boolean) => void): void;
  toCharger(charger: number, command: Command, settled: Answer): void;
  /** Its charger has taken the stop: whatever it then calls its reason, the back office was the cause. */
  stoppedFromAbove(session: number): void;
  /** A session with this card is to begin there, under this profile. */
  expect(spec: ConnectorSpec, idToken: string, profile: ChargingProfile | null): void;
  /** A key was set that something else goes by. */
  keyChanged(key: string): void;
  /** Answers once it is on disk, or at once where it is none. */
  givePassword(value: string, answer: (isTaken: boolean) => void): void;
};

/** What becomes of an action, in one word. */
export type Way = 'answered' | 'absorbed' | 'relayed' | 'fanned out' | 'refused';

/** One action of the relay table. */
export type Row<K extends Command['kind']> = {
  readonly way: Way;
  /** For people: what it does. */
  readonly does: string;
  /** For people: what is said while the charger that it concerns is away. */
  readonly away: string;
  /** Answers once. */
  take(deps: RelayDeps, command: Is<K>, answer: Answer): void;
};

export const said = (status: string): Outcome<CommandReply> => ok({ kind: 'status', status });

/** 1.6 errata 3.39: a connector that does not exist is no Rejected. */
export const noConnector = (number: number) => failed('malformed', `there is no connector ${number}`);

/** A charger that is away or refuses to understand is a plain no. */
export const relayed = (outcome: Outcome<CommandReply>, no: string): Outcome<CommandReply> =>
  outcome.ok ? outcome : said(no);
