/**
 * What the back office may ask of the one station, and what becomes of it: one row for each action that a CSMS of
 * OCPP 1.6 and its security extension has. ARCHITECTURE.md shows this table (`npm run relay-table`).
 */
import { failed, ok } from '#base/outcome.ts';
import type { Command } from '#site/command.ts';
import { composite } from './composite.ts';
import { clearProfile, setProfile } from './profile-commands.ts';
import { type Answer, type RelayDeps, type Row, said } from './relay-deps.ts';
import { changeAvailability, getVariables, reserve, setVariable, takeLocalList, trigger } from './relay-takes.ts';
import { remoteStart, remoteStop } from './remote-start.ts';

type Table = { readonly [K in Command['kind']]: Row<K> };

/** The same whether any charger is here or not. */
const SAME = 'the same';

const refused = (status: string, does: string) => ({
  way: 'refused' as const,
  does,
  away: SAME,
  take: (_: RelayDeps, __: Command, answer: Answer) => answer(said(status)),
});

export const RELAY: Table = {
  'change-availability': {
    way: 'fanned out',
    does: 'kept for ever, 0 = all; Scheduled while a session runs',
    away: 'Accepted; told when it is back',
    take: changeAvailability,
  },
  'unlock-connector': {
    way: 'relayed',
    does: 'its session ends first',
    away: 'UnlockFailed',
    take: ({ unlocks }, { connectorId }, answer) => unlocks.unlock(connectorId, status => answer(said(status))),
  },
  reset: {
    way: 'fanned out',
    does: 'chargers of `upstream.resetScope`, staggered; then a boot',
    away: 'left out',
    take: ({ resets }, { hard }, answer) => {
      resets.all(hard);
      answer(said('Accepted'));
    },
  },
  'get-variables': { way: 'answered', does: 'the station’s own keys', away: SAME, take: getVariables },
  'set-variable': {
    way: 'answered',
    does: 'the station’s own keys; kept; chargers’ keys are ours',
    away: SAME,
    take: setVariable,
  },
  'send-local-list': {
    way: 'absorbed',
    does: 'kept whole or not at all; counts when the back office is silent',
    away: SAME,
    take: takeLocalList,
  },
  'get-local-list-version': {
    way: 'answered',
    does: '0 = empty, −1 = switched off',
    away: SAME,
    take: ({ localList }, _, answer) => answer(ok({ kind: 'local-list-version', version: localList.version() })),
  },
  reserve: {
    way: 'absorbed',
    does: 'ours to keep and to end; 0 = one socket stays free; the charger is told too',
    away: 'Unavailable',
    take: reserve,
  },
  'cancel-reservation': {
    way: 'absorbed',
    does: 'Rejected where there is none',
    away: SAME,
    take: ({ reservations }, { reservationId }, answer) => answer(said(reservations.cancel(reservationId))),
  },
  'clear-cache': {
    way: 'absorbed',
    does: 'who was accepted before is forgotten',
    away: SAME,
    take: ({ authority }, _, answer) => {
      authority.forget();
      answer(said('Accepted'));
    },
  },
  trigger: {
    way: 'answered',
    does: 'said after the answer; MeterValues are asked of the chargers',
    away: 'MeterValues of it: Rejected',
    take: trigger,
  },
  'extended-trigger': {
    way: 'answered',
    does: 'as above; SignChargePointCertificate: NotImplemented',
    away: 'MeterValues of it: Rejected',
    take: trigger,
  },
  'data-transfer': {
    way: 'answered',
    does: '`busbar`/`Reset` with an evseId or a charger; others: UnknownVendorId',
    away: 'Rejected',
    take: ({ resets }, command, answer) =>
      resets.transfer(command, status => answer(ok({ kind: 'data-transfer', status, data: null }))),
  },
  'get-diagnostics': {
    way: 'answered',
    does: 'one archive by HTTP(S) PUT or POST; other places: UploadFailed',
    away: SAME,
    take: ({ uploads }, command, answer) => answer(ok(uploads.begin(command, null))),
  },
  'get-log': {
    way: 'answered',
    does: 'the same archive; SecurityLog: Rejected',
    away: SAME,
    take: ({ uploads }, command, answer) =>
      answer(
        command.log === 'SecurityLog'
          ? ok({ kind: 'log', status: 'Rejected', fileName: null })
          : ok(uploads.begin(command, command.requestId)),
      ),
  },
  'remote-start': {
    way: 'relayed',
    does: 'without a connector: the only plugged free one',
    away: 'Rejected',
    take: remoteStart,
  },
  'remote-stop': { way: 'relayed', does: 'by the back office’s own id', away: 'Rejected', take: remoteStop },
  'set-charging-profile': { way: 'absorbed', does: 'a ceiling beside all other limits', away: SAME, take: setProfile },
  'clear-charging-profile': { way: 'absorbed', does: 'Unknown where none fits', away: SAME, take: clearProfile },
  'get-composite-schedule': {
    way: 'answered',
    does: 'what will be allowed, all limits counted',
    away: SAME,
    take: (deps, command, answer) => answer(composite(deps.scene(), command)),
  },
  'update-firmware': {
    way: 'refused',
    does: 'CALLERROR NotSupported: this version has no status for a no',
    away: SAME,
    take: (_, __, answer) => answer(failed('not-supported', 'firmware is updated on site')),
  },
  'signed-update-firmware': refused('Rejected', 'Rejected: firmware is updated on site'),
  'install-certificate': refused('Rejected', 'Rejected: trust is set in the site file'),
  'delete-certificate': refused('NotFound', 'NotFound: none was installed from above'),
  'get-certificates': refused('NotFound', 'NotFound: none was installed from above'),
  'certificate-signed': refused('Rejected', 'Rejected: none was asked for'),
};

/** Decides one command; answers once, at once or when a charger or the disk has spoken. */
export function relay(deps: RelayDeps, command: Command, answer: Answer): void {
  // The table has a row for each kind, and the row of a kind takes that kind.
  const row = RELAY[command.kind] as Row<Command['kind']>;
  row.take(deps, command, answer);
}
