/**
 * What the back office may ask of the one station, and what becomes of it: answered by us, absorbed, or handed to
 * the charger behind a connector number. One line for each action; what 1.6 has beside these is NotSupported.
 */
import { at, unreachable } from '#base/assert.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { ChargingProfile, Command, CommandReply } from '#site/command.ts';
import type { Session } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import type { Availability } from './availability.ts';
import { type CompositeScene, composite } from './composite.ts';
import type { Sessions } from './deps.ts';
import { type Numbering, socketOf } from './numbering.ts';
import { PASSWORD_KEY } from './password.ts';
import type { Resets } from './resets.ts';
import type { StationState } from './station.ts';
import type { Variables } from './variables.ts';
import type { Wishes } from './wishes.ts';

type Answer = (reply: Outcome<CommandReply>) => void;
type Is<K extends Command['kind']> = Extract<Command, { kind: K }>;

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
  readonly availability: Availability;
  state(): SiteState;
  numbering(): Numbering;
  stationState(): StationState;
  /** The site as a composite schedule sees it. */
  scene(): CompositeScene;
  /** Answers once the changes are on disk. */
  commit(changes: readonly StoreChange[], done: (isStored: boolean) => void): void;
  toCharger(charger: number, command: Command, settled: Answer): void;
  /** A session with this card is to begin there, under this profile. */
  expect(spec: ConnectorSpec, idToken: string, profile: ChargingProfile | null): void;
  trigger(message: Is<'trigger'>['message'], number: number | null): string;
  heartbeatChanged(): void;
  /** Answers once it is on disk, or at once where it is none. */
  givePassword(value: string, answer: (isTaken: boolean) => void): void;
};

const said = (status: string): Outcome<CommandReply> => ok({ kind: 'status', status });
/** 1.6 errata 3.39: a connector that does not exist is no Rejected. */
const noConnector = (number: number) => failed('malformed', `there is no connector ${number}`);

export function relay(deps: RelayDeps, command: Command, answer: Answer): void {
  switch (command.kind) {
    case 'set-charging-profile':
      setProfile(deps, command, answer);
      break;
    case 'clear-charging-profile':
      clearProfile(deps, command, answer);
      break;
    case 'get-composite-schedule':
      answer(composite(deps.scene(), command));
      break;
    case 'remote-start':
      remoteStart(deps, command, answer);
      break;
    case 'remote-stop':
      remoteStop(deps, command, answer);
      break;
    case 'change-availability':
      changeAvailability(deps, command, answer);
      break;
    case 'unlock-connector':
      unlock(deps, command, answer);
      break;
    case 'trigger':
      answer(said(deps.trigger(command.message, command.connectorId)));
      break;
    case 'reset':
      deps.resets.all(command.hard);
      answer(said('Accepted'));
      break;
    case 'get-variables': {
      const { known, unknown } = deps.variables.get(command.keys, deps.numbering().sockets.length);
      answer(ok({ kind: 'variables', known, unknown }));
      break;
    }
    case 'set-variable':
      setVariable(deps, command, answer);
      break;
    case 'clear-cache':
      deps.authority.forget();
      answer(said('Accepted'));
      break;
    case 'data-transfer':
      answer(ok({ kind: 'data-transfer', status: deps.resets.transfer(command), data: null }));
      break;
    default:
      unreachable(command);
  }
}

function setProfile(deps: RelayDeps, { connectorId, profile }: Is<'set-charging-profile'>, answer: Answer): void {
  const { outcome, changes } = deps.wishes.install(connectorId, profile);
  if (outcome.status === 'Rejected') {
    answer(outcome.reason === 'UnknownEvse' ? noConnector(connectorId) : said('Rejected'));
    return;
  }
  deps.wishes.apply();
  // 1.6 errata 3.37: profiles outlive a restart, so the word is given when they would.
  deps.commit(changes, isStored => answer(isStored ? said('Accepted') : failed('exception', 'not stored')));
}

function clearProfile(deps: RelayDeps, filter: Is<'clear-charging-profile'>, answer: Answer): void {
  const { found, changes } = deps.wishes.clear(filter);
  if (!found) {
    answer(said('Unknown'));
    return;
  }
  deps.wishes.apply();
  // What is not taken off the disk is back after a restart.
  deps.commit(changes, isStored => answer(isStored ? said('Accepted') : failed('exception', 'not stored')));
}

/** Without a connector: the only one that is plugged and free (design §5). */
function remoteStart(deps: RelayDeps, { connectorId, idToken, profile }: Is<'remote-start'>, answer: Answer): void {
  if (connectorId !== null && socketOf(deps.numbering(), connectorId) === null) {
    answer(noConnector(connectorId));
    return;
  }
  const spec = connectorId === null ? onlyPlugged(deps) : deps.specOf(connectorId);
  if (spec === null || !deps.isReachable(spec) || deps.isBusy(spec) || deps.stationState() !== 'accepted') {
    answer(said('Rejected'));
    return;
  }
  const number = deps.numbering().sockets.find(socket => socket.index === spec.index)?.number ?? 0;
  if (profile !== null && deps.wishes.startRefusal(number, profile) !== null) {
    answer(said('Rejected'));
    return;
  }
  deps.expect(spec, idToken, profile);
  // The profile stays here: what a charger may draw is ours to say.
  const down: Command = { kind: 'remote-start', connectorId: spec.connectorId, idToken, profile: null };
  deps.toCharger(spec.charger, down, outcome => answer(relayed(outcome, 'Rejected')));
}

function onlyPlugged(deps: RelayDeps): ConnectorSpec | null {
  const { connectors, topology } = deps.state();
  const plugged = topology.connectors.filter(spec => {
    const { status } = at(connectors, spec.index);
    const isPlugged = status === 'Preparing' || status === 'SuspendedEV' || status === 'SuspendedEVSE';
    return isPlugged && deps.isReachable(spec) && !deps.isBusy(spec);
  });
  return plugged.length === 1 ? (plugged[0] ?? null) : null;
}

/** Ids from above may repeat: the newest that runs is meant. */
function remoteStop(deps: RelayDeps, { transactionId }: Is<'remote-stop'>, answer: Answer): void {
  const isMeant = ({ upstream }: Session) =>
    upstream?.station === deps.station && upstream.transactionId === transactionId;
  const session = deps.sessions.open().findLast(isMeant);
  const charger = session === undefined ? undefined : chargerOf(deps, session);
  if (session === undefined || charger === undefined || deps.stationState() !== 'accepted') {
    answer(said('Rejected'));
    return;
  }
  const down: Command = { kind: 'remote-stop', transactionId: session.id };
  deps.toCharger(charger, down, outcome => answer(relayed(outcome, 'Rejected')));
}

/** Zero means all; the answer does not wait for them (clause 5.2). */
function changeAvailability(deps: RelayDeps, command: Is<'change-availability'>, answer: Answer): void {
  const { connectorId, operative } = command;
  const { sockets } = deps.numbering();
  if (connectorId === 0) {
    for (const { number } of sockets) deps.availability.set(number, operative, () => {});
    const isBusy = deps.state().topology.connectors.some(spec => deps.isBusy(spec));
    answer(said(isBusy ? 'Scheduled' : 'Accepted'));
  } else if (socketOf(deps.numbering(), connectorId) === null) answer(noConnector(connectorId));
  else deps.availability.set(connectorId, operative, status => answer(said(status)));
}

/** Clause 5.18: an unknown connector is NotSupported here. */
function unlock(deps: RelayDeps, { connectorId }: Is<'unlock-connector'>, answer: Answer): void {
  const spec = deps.specOf(connectorId);
  if (spec === null) answer(said('NotSupported'));
  else
    deps.toCharger(spec.charger, { kind: 'unlock-connector', connectorId: spec.connectorId }, outcome =>
      answer(!outcome.ok && outcome.why === 'not-supported' ? said('NotSupported') : relayed(outcome, 'UnlockFailed')),
    );
}

function setVariable(deps: RelayDeps, { key, value }: Is<'set-variable'>, answer: Answer): void {
  if (key === PASSWORD_KEY) {
    deps.givePassword(value, isTaken => answer(said(isTaken ? 'Accepted' : 'Rejected')));
    return;
  }
  const { status, changes } = deps.variables.set(key, value);
  if (key === 'HeartbeatInterval' && status === 'Accepted') deps.heartbeatChanged();
  deps.commit(changes, () => answer(said(status)));
}

/** A charger that is away or refuses to understand is a plain no. */
const relayed = (outcome: Outcome<CommandReply>, no: string): Outcome<CommandReply> =>
  outcome.ok ? outcome : said(no);

const chargerOf = ({ state }: RelayDeps, session: Session): number | undefined =>
  state().topology.chargers.find(({ identity }) => identity === session.charger)?.index;
