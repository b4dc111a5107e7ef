/** What the back office is told of each connector: at once when it changes, its reason at most every five minutes. */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import type { Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import { noticeDueMs, type StatusNotice, statusInfo } from '#site/status-notice.ts';
import type { NumberedSocket, Numbering } from './numbering.ts';

/** A switch that restarts must not make a storm (MinimumStatusDuration of 1.6). */
const LOST_FOR_MS = 60_000;
type StatusReport = Extract<Report, { kind: 'connector-status' }>;
type Told = StatusNotice & { readonly atMs: number };

/** What the back office itself has said of a number; 0 = the station as a whole. */
export type StandingWords = { isOut(number: number): boolean; isReserved(number: number): boolean };

export class Statuses {
  readonly #told = new Map<number, Told>();
  /** Notices that were left without an answer go after all else, so that nothing waits behind them for ever. */
  readonly #late = new Set<number>();
  readonly #words: StandingWords;

  constructor(words: StandingWords) {
    this.#words = words;
  }

  /** A new link, or a boot: all are told again, as they are now. */
  forget(): void {
    this.#told.clear();
  }

  /** Asked for: told again, whatever it was. @param number null = all and the station itself */
  again(number: number | null): void {
    if (number === null) this.forget();
    else this.#told.delete(number);
  }

  settled({ connectorId }: StatusReport, isAnswered: boolean): void {
    if (isAnswered) this.#late.delete(connectorId);
    else this.#late.add(connectorId);
  }

  /** The first notice that is due, and taken as told. @param late of those that were left without an answer */
  next(state: SiteState, numbering: Numbering, { nowMs: atMs, wallMs }: Moment, late: boolean): StatusReport | null {
    const station: StatusNotice = this.#words.isOut(0) ? OUT : { status: 'Available', errorCode: '', info: '' };
    if (this.#told.get(0)?.status !== station.status && this.#late.has(0) === late)
      return this.#tell(0, station, atMs, wallMs);
    for (const socket of numbering.sockets) {
      if (this.#late.has(socket.number) !== late) continue;
      const told = this.#told.get(socket.number);
      const said = this.#standing(socket.number, saidOf(state, socket, told ?? null, atMs));
      const dueMs = noticeDueMs(told ?? null, said);
      if (dueMs !== null && dueMs <= atMs) return this.#tell(socket.number, said, atMs, wallMs);
    }
    return null;
  }

  /** Its own word goes before the charger's: not every charger can say it. A session that runs is told as it is. */
  #standing(number: number, said: StatusNotice): StatusNotice {
    const isFree = said.status === 'Available' || said.status === 'Reserved' || said.status === 'Unavailable';
    if (isFree && this.#words.isOut(number)) return OUT;
    return said.status === 'Available' && this.#words.isReserved(number) ? { ...said, status: 'Reserved' } : said;
  }

  #tell(connectorId: number, said: StatusNotice, atMs: number, atWallMs: number): StatusReport {
    this.#told.set(connectorId, { ...said, atMs });
    return { kind: 'connector-status', connectorId, ...said, atWallMs };
  }
}

const OUT: StatusNotice = { status: 'Unavailable', errorCode: '', info: 'out of service' };

function saidOf(state: SiteState, { index }: NumberedSocket, told: StatusNotice | null, atMs: number): StatusNotice {
  const away = (info: string): StatusNotice => ({ status: 'Unavailable', errorCode: '', info });
  if (index === null) return away('no longer installed');
  const spec = at(state.topology.connectors, index);
  const charger = at(state.chargers, spec.charger);
  const connector = at(state.connectors, index);
  if (charger.link === 'offline') {
    const isShort = told !== null && atMs - charger.lastHeardMs < LOST_FOR_MS;
    return isShort ? { status: told.status, errorCode: told.errorCode, info: told.info } : away('charger offline');
  }
  if (connector.status === 'Unknown') return away('charger has not told its status yet');
  return { status: connector.status, errorCode: connector.errorCode, info: statusInfo(state, spec) };
}
