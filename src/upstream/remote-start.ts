/** Sessions that the back office starts and stops. */
import { at } from '#base/assert.ts';
import type { Command } from '#site/command.ts';
import type { Session } from '#site/session.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import { socketOf } from './numbering.ts';
import { type Answer, type Is, noConnector, type RelayDeps, relayed, said } from './relay-deps.ts';

type RemoteStart = Is<'remote-start'>;

/** Without a connector: the only one that is plugged and free (design §5). */
export function remoteStart(deps: RelayDeps, command: RemoteStart, answer: Answer): void {
  const { connectorId, idToken } = command;
  if (connectorId !== null && socketOf(deps.numbering(), connectorId) === null) {
    answer(noConnector(connectorId));
    return;
  }
  const spec = connectorId === null ? onlyPlugged(deps, idToken) : deps.specOf(connectorId);
  if (spec === null || deps.stationState() !== 'accepted' || !mayBegin(deps, spec, command)) answer(said('Rejected'));
  else if (!deps.variables.isOn('AuthorizeRemoteTxRequests')) begin(deps, spec, command, answer);
  // Clause 5.11: as if the card had been shown at the charger.
  else
    deps.authority.mayPresent(idToken, status => {
      if (status === 'Accepted' && mayBegin(deps, spec, command)) begin(deps, spec, command, answer);
      else answer(said('Rejected'));
    });
}

function mayBegin(deps: RelayDeps, spec: ConnectorSpec, { idToken, profile }: RemoteStart): boolean {
  const number = numberOfSpec(deps, spec);
  return (
    isUsable(deps, spec, idToken) &&
    !deps.isBusy(spec) &&
    (profile === null || deps.wishes.startRefusal(number, profile) === null)
  );
}

function begin(deps: RelayDeps, spec: ConnectorSpec, { idToken, profile }: RemoteStart, answer: Answer): void {
  deps.expect(spec, idToken, profile);
  // The profile stays here: what a charger may draw is ours to say.
  const down: Command = { kind: 'remote-start', connectorId: spec.connectorId, idToken, profile: null };
  deps.toCharger(spec.charger, down, outcome => answer(relayed(outcome, 'Rejected')));
}

const numberOfSpec = (deps: RelayDeps, { index }: ConnectorSpec): number =>
  deps.numbering().sockets.find(socket => socket.index === index)?.number ?? 0;

/** Its charger is here, it is in service, and nobody else has reserved it. */
function isUsable(deps: RelayDeps, spec: ConnectorSpec, idToken: string): boolean {
  const number = numberOfSpec(deps, spec);
  return (
    deps.isReachable(spec) &&
    !deps.availability.isOut(number) &&
    deps.reservations.mayUse(number, idToken, deps.authority.groupOf(idToken))
  );
}

function onlyPlugged(deps: RelayDeps, idToken: string): ConnectorSpec | null {
  const { connectors, topology } = deps.state();
  const plugged = topology.connectors.filter(spec => {
    const { status } = at(connectors, spec.index);
    const isPlugged = status === 'Preparing' || status === 'SuspendedEV' || status === 'SuspendedEVSE';
    return isPlugged && isUsable(deps, spec, idToken) && !deps.isBusy(spec);
  });
  return plugged.length === 1 ? (plugged[0] ?? null) : null;
}

/** Ids from above may repeat: the newest that runs is meant. */
export function remoteStop(deps: RelayDeps, { transactionId }: Is<'remote-stop'>, answer: Answer): void {
  const isMeant = ({ upstream }: Session) =>
    upstream?.station === deps.station && upstream.transactionId === transactionId;
  const session = deps.sessions.open().findLast(isMeant);
  const charger = session === undefined ? undefined : chargerOf(deps, session);
  if (session === undefined || charger === undefined || deps.stationState() !== 'accepted') {
    answer(said('Rejected'));
    return;
  }
  const down: Command = { kind: 'remote-stop', transactionId: session.id };
  deps.toCharger(charger, down, outcome => {
    const isTaken = outcome.ok && outcome.value.kind === 'status' && outcome.value.status === 'Accepted';
    if (isTaken) deps.stoppedFromAbove(session.id);
    answer(relayed(outcome, 'Rejected'));
  });
}

const chargerOf = ({ state }: RelayDeps, session: Session): number | undefined =>
  state().topology.chargers.find(({ identity }) => identity === session.charger)?.index;
