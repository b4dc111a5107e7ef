/** TriggerMessage: the word first, the message after it (OCPP 1.6 clause 5.17). */
import { at } from '#base/assert.ts';
import { type Clock, momentOf } from '#base/clock.ts';
import type { Trigger } from '#site/command.ts';
import type { SiteState } from '#site/state.ts';
import type { Courier } from './courier.ts';
import type { UpstreamDeps } from './deps.ts';
import { type Numbering, socketOf } from './numbering.ts';
import type { SampleDesk } from './sample-desk.ts';
import type { Station } from './station.ts';
import type { Statuses } from './statuses.ts';
import type { Uploads } from './uploads.ts';

/** Firmware is none of the back office's affair: nothing ever runs. */
const IDLE = { status: 'Idle', requestId: null } as const;

export type TriggersDeps = {
  readonly clock: Clock;
  readonly station: Station;
  readonly courier: Courier;
  readonly statuses: Statuses;
  readonly samples: SampleDesk;
  readonly uploads: Uploads;
  readonly toCharger: UpstreamDeps['command'];
  state(): SiteState;
  numbering(): Numbering;
};

export class Triggers {
  readonly #deps: TriggersDeps;

  constructor(deps: TriggersDeps) {
    this.#deps = deps;
  }

  /** @param isExtended asked for in the words of the security extension @returns the status of the answer */
  take(message: Trigger, number: number | null, isExtended: boolean): string {
    const { clock, numbering } = this.#deps;
    if (number !== null && number !== 0 && socketOf(numbering(), number) === null) return 'Rejected';
    if (message === 'BootNotification' && this.#isAccepted()) return 'Rejected';
    if (message === 'MeterValues' && !this.#isAnyHere(number)) return 'Rejected';
    clock.after('asked for from above', 0, () => this.#tell(message, number, isExtended));
    return 'Accepted';
  }

  /** Only a charger that is here can be asked what it measures. */
  #isAnyHere(number: number | null): boolean {
    const { state, numbering } = this.#deps;
    const meant = numbering().sockets.filter(socket => number === null || number === 0 || socket.number === number);
    return meant.some(({ index }) => {
      if (index === null) return false;
      const { charger } = at(state().topology.connectors, index);
      return at(state().chargers, charger).link === 'online';
    });
  }

  #isAccepted = (): boolean => this.#deps.station.state() === 'accepted';

  #tell(message: Trigger, number: number | null, isExtended: boolean): void {
    const { station, courier, statuses, uploads } = this.#deps;
    switch (message) {
      case 'BootNotification':
        station.boot();
        break;
      case 'Heartbeat':
        station.heartbeat();
        break;
      case 'StatusNotification':
        statuses.again(number);
        this.#tellStatuses();
        break;
      case 'MeterValues':
        this.#askSamples(number);
        break;
      case 'LogStatus':
        uploads.again(isExtended);
        break;
      case 'FirmwareStatus':
        courier.ask(
          isExtended ? { ...IDLE, kind: 'signed-firmware-status' } : { ...IDLE, kind: 'firmware-status' },
          () => {},
        );
    }
  }

  /** What was asked for may go before the station is accepted. */
  #tellStatuses(): void {
    const { clock, courier, statuses, state, numbering } = this.#deps;
    if (this.#isAccepted()) {
      courier.wake();
      return;
    }
    const next = () => statuses.next(state(), numbering(), momentOf(clock), false);
    for (let report = next(); report !== null; report = next()) courier.ask(report, () => {});
  }

  #askSamples(number: number | null): void {
    const { state, numbering, samples, toCharger } = this.#deps;
    for (const { number: own, index } of numbering().sockets) {
      if (index === null || (number !== null && number !== 0 && own !== number)) continue;
      const { charger, connectorId } = at(state().topology.connectors, index);
      samples.ask(index);
      toCharger(charger, { kind: 'trigger', message: 'MeterValues', connectorId }, () => {});
    }
  }
}
