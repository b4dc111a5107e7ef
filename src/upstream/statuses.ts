/** What the back office is told of each connector: at once when it changes, its reason at most every five minutes. */
import { at } from '#base/assert.ts';
import { newest } from '#site/gate/ledger.ts';
import type { Report } from '#site/report.ts';
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import type { NumberedSocket, Numbering } from './numbering.ts';

/** A limit moves every few seconds; a message each time would tell nobody anything (issue 4). */
const REASON_EVERY_MS = 300_000;
/** A switch that restarts must not make a storm (MinimumStatusDuration of 1.6). */
const LOST_FOR_MS = 60_000;
/** OCPP 1.6 clause 6.47: info has at most 50 characters. */
const INFO_LENGTH = 50;

type StatusReport = Extract<Report, { kind: 'connector-status' }>;
type Said = { readonly status: ConnectorStatus; readonly errorCode: string; readonly info: string };
type Told = Said & { readonly atMs: number };

export class Statuses {
  readonly #told = new Map<number, Told>();

  /** A new link, or a boot: all are told again, as they are now. */
  forget(): void {
    this.#told.clear();
  }

  /** Asked for: told again, whatever it was. @param number null = all and the station itself */
  again(number: number | null): void {
    if (number === null) this.forget();
    else this.#told.delete(number);
  }

  /** The first notice that is due, and taken as told. */
  next(state: SiteState, numbering: Numbering, atMs: number, wallMs: number): StatusReport | null {
    if (!this.#told.has(0)) return this.#tell(0, { status: 'Available', errorCode: '', info: '' }, atMs, wallMs);
    for (const socket of numbering.sockets) {
      const told = this.#told.get(socket.number);
      const said = saidOf(state, socket, told ?? null, atMs);
      if (told === undefined || isDue(told, said, atMs)) return this.#tell(socket.number, said, atMs, wallMs);
    }
    return null;
  }

  #tell(connectorId: number, said: Said, atMs: number, atWallMs: number): StatusReport {
    this.#told.set(connectorId, { ...said, atMs });
    return { kind: 'connector-status', connectorId, ...said, atWallMs };
  }
}

const isDue = (told: Told, said: Said, atMs: number): boolean =>
  told.status !== said.status ||
  told.errorCode !== said.errorCode ||
  (told.info !== said.info && atMs - told.atMs >= REASON_EVERY_MS);

function saidOf(state: SiteState, { index }: NumberedSocket, told: Said | null, atMs: number): Said {
  const away = (info: string): Said => ({ status: 'Unavailable', errorCode: '', info });
  if (index === null) return away('no longer installed');
  const spec = at(state.topology.connectors, index);
  const charger = at(state.chargers, spec.charger);
  const connector = at(state.connectors, index);
  if (charger.link === 'offline') {
    const isShort = told !== null && atMs - charger.lastHeardMs < LOST_FOR_MS;
    return isShort ? { status: told.status, errorCode: told.errorCode, info: told.info } : away('charger offline');
  }
  if (connector.status === 'Unknown') return away('charger has not told its status yet');
  return { status: connector.status, errorCode: connector.errorCode, info: reasonOf(state, index) };
}

/** "9 A: main fuse L2". Empty where nobody charges. */
function reasonOf(state: SiteState, index: number): string {
  const connector = at(state.connectors, index);
  const isAsking = connector.transaction !== null || connector.wantsSinceMs !== null;
  const reason = state.targets[index]?.reason;
  if (!isAsking || reason === undefined) return '';
  const grantA = Math.floor(newest(connector.ledger).limitMa / 100) / 10;
  return `${grantA} A: ${reason.text.replaceAll(',', '')}`.slice(0, INFO_LENGTH);
}
