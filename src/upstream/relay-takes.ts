/** How rows of the relay table are answered that need more than a line. */
import { failed, ok } from '#base/outcome.ts';
import { socketOf } from './numbering.ts';
import { PASSWORD_KEY } from './password.ts';
import { type Answer, type Is, noConnector, type RelayDeps, said } from './relay-deps.ts';

/** Zero means all; the answer does not wait for them (clause 5.2). */
export function changeAvailability(deps: RelayDeps, command: Is<'change-availability'>, answer: Answer): void {
  const { connectorId, operative } = command;
  if (connectorId === 0) {
    deps.availability.setAll(deps.numbering(), operative);
    const isBusy = deps.state().topology.connectors.some(spec => deps.isBusy(spec));
    answer(said(isBusy && !operative ? 'Scheduled' : 'Accepted'));
  } else if (socketOf(deps.numbering(), connectorId) === null) answer(noConnector(connectorId));
  else deps.availability.set(connectorId, operative, status => answer(said(status)));
}

export function getVariables(deps: RelayDeps, { keys }: Is<'get-variables'>, answer: Answer): void {
  const { known, unknown } = deps.variables.get(keys, deps.facts());
  answer(ok({ kind: 'variables', known, unknown }));
}

export function setVariable(deps: RelayDeps, { key, value }: Is<'set-variable'>, answer: Answer): void {
  if (key === PASSWORD_KEY) {
    deps.givePassword(value, isTaken => answer(said(isTaken ? 'Accepted' : 'Rejected')));
    return;
  }
  const { status, changes } = deps.variables.set(key, value, deps.facts());
  if (status === 'Accepted') deps.keyChanged(key);
  deps.commit(changes, () => answer(said(status)));
}

/** The word is given when it would outlive a restart. */
export function takeLocalList(deps: RelayDeps, command: Is<'send-local-list'>, answer: Answer): void {
  const plan = deps.localList.plan(command);
  if (!('changes' in plan)) answer(said(plan.status));
  else
    deps.commit(plan.changes, isStored => {
      deps.localList.settled(plan, isStored);
      answer(said(isStored ? 'Accepted' : 'Failed'));
    });
}

export function reserve(deps: RelayDeps, command: Is<'reserve'>, answer: Answer): void {
  if (command.connectorId !== 0 && socketOf(deps.numbering(), command.connectorId) === null)
    answer(noConnector(command.connectorId));
  else
    deps.reservations.reserve(command, status =>
      answer(status === null ? failed('exception', 'not stored') : said(status)),
    );
}

/** The word first, the message after it (clause 5.17). */
export function trigger(deps: RelayDeps, command: Is<'trigger'> | Is<'extended-trigger'>, answer: Answer): void {
  const isExtended = command.kind === 'extended-trigger';
  if (command.message === 'SignCertificate') answer(said('NotImplemented'));
  else answer(said(deps.triggers.take(command.message, command.connectorId, isExtended)));
}
