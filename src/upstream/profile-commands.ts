/** Charging profiles of the back office, as its calls set and clear them. */
import { failed } from '#base/outcome.ts';
import { type Answer, type Is, noConnector, type RelayDeps, said } from './relay-deps.ts';

export function setProfile(
  deps: RelayDeps,
  { connectorId, profile }: Is<'set-charging-profile'>,
  answer: Answer,
): void {
  const { outcome, changes } = deps.wishes.install(connectorId, profile);
  if (outcome.status === 'Rejected') {
    answer(outcome.reason === 'UnknownEvse' ? noConnector(connectorId) : said('Rejected'));
    return;
  }
  deps.wishes.apply();
  // 1.6 errata 3.37: profiles outlive a restart, so the word is given when they would.
  deps.commit(changes, isStored => answer(isStored ? said('Accepted') : failed('exception', 'not stored')));
}

export function clearProfile(deps: RelayDeps, filter: Is<'clear-charging-profile'>, answer: Answer): void {
  const { found, changes } = deps.wishes.clear(filter);
  if (!found) {
    answer(said('Unknown'));
    return;
  }
  deps.wishes.apply();
  // What is not taken off the disk is back after a restart.
  deps.commit(changes, isStored => answer(isStored ? said('Accepted') : failed('exception', 'not stored')));
}
