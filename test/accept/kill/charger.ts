/**
 * A charger in a hurry: as soon as it has an answer it begins or ends the next session. What was not answered it
 * tells again, the same words, as OCPP 1.6 clause 3.7.1 has it. What it holds in truth it keeps with the simulator's profile engine.
 */

import type { Prng } from '#sim/prng.ts';
import {
  type Asking,
  type ClearCriteria,
  emptyStack,
  highestLimit,
  limitAt,
  nextChange,
  type Stack,
  type WirePeriod,
  type WireProfile,
  withoutProfiles,
  withProfile,
} from '#sim/profile-engine.ts';
import type { Held } from './books.ts';
import { type Answer, Line, type Payload } from './line.ts';
import { cardOf, MODEL, numberOf, type Use } from './site.ts';

export type ChargerDeps = {
  readonly url: string;
  readonly random: Prng;
  /** How many processes the gateway has been. */
  life(): number;
  /** A start or a stop was answered. */
  answered(): void;
  /** A profile came. @param beforeA the most that was held until now */
  told(charger: HurriedCharger, beforeA: number): void;
};

type Running = { readonly held: Held; readonly endsAtMs: number; chargesFromMs: number };

const GAP_MS: readonly [number, number] = [0, 15];
const SAMPLE_EVERY_MS = 100;
/** From the answer to its start until a car draws. */
const CAR_TAKES_MS = 150;
/** A message that got a CALLERROR. */
const AGAIN_MS = 100;
const IDLE_MS = 5;
/** Longer than any lease. */
const AHEAD_MS = 3_600_000;
const PHASES = 3;
const NOMINAL_V = 230;

export class HurriedCharger {
  readonly name: string;
  readonly use: Use;
  /** Every session that it ever began, in order. */
  readonly sessions: Held[] = [];
  /** What a gateway must not do. */
  readonly faults: string[] = [];
  /** Starts and stops that were told more than once. */
  repeated = 0;
  readonly #deps: ChargerDeps;
  readonly #line: Line;
  #stack: Stack = emptyStack;
  #running: Running | null = null;
  #registerWh = 0;
  #lastStampMs = 0;
  #hasBooted = false;
  #toTell: (() => Promise<Answer>)[] = [];
  #sampledMs = 0;
  #mayBegin = false;
  #isClosed = false;

  constructor(use: Use, deps: ChargerDeps) {
    this.use = use;
    this.name = use.name;
    this.#deps = deps;
    this.#line = new Line({
      url: `${deps.url}/${use.name}`,
      awayMs: () => deps.random.between(...use.awayMs),
      connected: () => void this.#toTell.unshift(() => this.#sendStatus()),
      asked: (action, payload) => this.#asked(action, payload),
    });
    void this.#live();
  }

  /** From now on it begins sessions; or ends the one that runs and begins no other. */
  hurry(mayBegin: boolean): void {
    this.#mayBegin = mayBegin;
  }

  isIdle(): boolean {
    return this.#running === null;
  }

  close(): void {
    this.#isClosed = true;
    this.#line.close();
  }

  /** The most that it may take from now on by what it holds, A. */
  highestA(): number {
    return highestLimit(this.#stack, this.#asking(), AHEAD_MS);
  }

  drawA(): number {
    const running = this.#running;
    const isDrawing = running !== null && running.held.transactionId !== null && Date.now() >= running.chargesFromMs;
    return isDrawing && running.held.stop === null ? limitAt(this.#stack, this.#asking()) : 0;
  }

  // --- what it does

  async #live(): Promise<void> {
    while (!this.#isClosed) {
      if (this.#line.isOpen()) await this.#step();
      else await pause(IDLE_MS);
    }
  }

  async #step(): Promise<void> {
    const telling = this.#toTell.shift();
    if (!this.#hasBooted) await this.#boot();
    else if (telling !== undefined) await telling();
    else if (this.#running !== null) await this.#goOn(this.#running);
    else if (this.#mayBegin) await this.#begin();
    else await pause(IDLE_MS);
  }

  async #boot(): Promise<void> {
    const answer = await this.#line.call('BootNotification', MODEL);
    if (answer.kind === 'lost') return;
    this.#hasBooted = answer.kind === 'answered' && answer.payload.status === 'Accepted';
    if (!this.#hasBooted) this.faults.push(`its boot was answered ${JSON.stringify(answer)}`);
  }

  async #begin(): Promise<void> {
    await pause(this.#deps.random.between(...GAP_MS));
    if (!this.#mayBegin) return;
    const held: Held = {
      charger: this.name,
      life: this.#deps.life(),
      connectorId: numberOf(this.name),
      idTag: cardOf(this.name),
      meterStart: this.#registerWh,
      startedAt: this.#stamp(),
      transactionId: null,
      stop: null,
    };
    this.sessions.push(held);
    const lastsMs = this.#deps.random.between(...this.use.lastsMs);
    this.#running = { held, endsAtMs: Date.now() + lastsMs, chargesFromMs: Number.POSITIVE_INFINITY };
  }

  async #goOn(running: Running): Promise<void> {
    const { held, endsAtMs } = running;
    if (held.transactionId === null) await this.#sendStart(running);
    else if (held.stop !== null) await this.#sendStop(held, held.stop);
    else if (Date.now() >= endsAtMs || !this.#mayBegin) this.#end(held);
    else if (Date.now() >= this.#sampledMs + SAMPLE_EVERY_MS) await this.#sendSample(held, 'Sample.Periodic');
    else await pause(IDLE_MS);
  }

  /** The car goes, whoever is there to hear it. */
  #end(held: Held): void {
    this.#registerWh += this.#deps.random.whole(1, 50);
    held.stop = { meterStop: this.#registerWh, endedAt: this.#stamp(), isAnswered: false };
  }

  async #sendStart(running: Running): Promise<void> {
    const { held } = running;
    const { idTag, meterStart, startedAt } = held;
    const answer = await this.#business('StartTransaction', {
      connectorId: 1,
      idTag,
      meterStart,
      timestamp: startedAt,
    });
    if (answer === null) return;
    held.transactionId = Number(answer.transactionId);
    running.chargesFromMs = Date.now() + CAR_TAKES_MS;
    const { status } = answer.idTagInfo as { readonly status: string };
    if (status !== 'Accepted') this.faults.push(`its card was ${status}`);
    await this.#sendStatus();
  }

  async #sendStop(held: Held, stop: NonNullable<Held['stop']>): Promise<void> {
    const { transactionId, idTag } = held;
    const { meterStop, endedAt } = stop;
    const payload = { transactionId, idTag, meterStop, timestamp: endedAt, reason: 'EVDisconnected' };
    if ((await this.#business('StopTransaction', payload)) === null) return;
    stop.isAnswered = true;
    this.#running = null;
    await this.#sendStatus();
  }

  /** Null where it has to be told again. */
  async #business(action: string, payload: Payload): Promise<Payload | null> {
    const answer = await this.#line.call(action, payload);
    if (answer.kind === 'answered') {
      this.#deps.answered();
      return answer.payload;
    }
    this.repeated++;
    if (answer.kind === 'refused') {
      this.faults.push(`${action} was refused: ${answer.code}`);
      await pause(AGAIN_MS);
    }
    return null;
  }

  #sendStatus(): Promise<Answer> {
    const isCharging = this.#running !== null && this.#running.held.transactionId !== null;
    const status = isCharging ? 'Charging' : 'Available';
    return this.#line.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError' });
  }

  #sendSample(held: Held | null, context: string): Promise<Answer> {
    this.#sampledMs = Date.now();
    const amps = this.drawA().toFixed(1);
    const phases = ['L1', 'L2', 'L3'].map(phase => ({ value: amps, measurand: 'Current.Import', unit: 'A', phase }));
    const register = { value: String(this.#registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' };
    return this.#line.call('MeterValues', {
      connectorId: 1,
      ...(held?.transactionId == null ? {} : { transactionId: held.transactionId }),
      meterValue: [
        {
          timestamp: new Date().toISOString(),
          sampledValue: [...phases, register].map(value => ({ ...value, context })),
        },
      ],
    });
  }

  /** No two of its messages are of the same millisecond. */
  #stamp(): string {
    this.#lastStampMs = Math.max(this.#lastStampMs + 1, Date.now());
    return new Date(this.#lastStampMs).toISOString();
  }

  // --- what it is told

  #asked(action: string, payload: Payload): Payload | null {
    switch (action) {
      case 'SetChargingProfile':
        return this.#changed(
          withProfile(this.#stack, Number(payload.connectorId), payload.csChargingProfiles as WireProfile),
        );
      case 'ClearChargingProfile':
        return this.#cleared(payload as ClearCriteria);
      case 'GetCompositeSchedule':
        return this.#composite(Number(payload.duration));
      case 'TriggerMessage':
        return this.#triggered(String(payload.requestedMessage));
      case 'ChangeConfiguration':
        return { status: 'Accepted' };
      case 'RemoteStopTransaction':
        this.faults.push('it was asked to stop');
        return { status: 'Rejected' };
      default:
        return null;
    }
  }

  #changed(stack: Stack): Payload {
    const beforeA = this.highestA();
    this.#stack = stack;
    this.#deps.told(this, beforeA);
    return { status: 'Accepted' };
  }

  #cleared(criteria: ClearCriteria): Payload {
    const stack = withoutProfiles(this.#stack, criteria);
    return stack.length === this.#stack.length ? { status: 'Unknown' } : this.#changed(stack);
  }

  #triggered(message: string): Payload {
    if (message === 'BootNotification') this.#hasBooted = false;
    else if (message === 'StatusNotification') this.#toTell.push(() => this.#sendStatus());
    else if (message === 'MeterValues')
      this.#toTell.push(() => this.#sendSample(this.#running?.held ?? null, 'Trigger'));
    else return { status: 'NotImplemented' };
    return { status: 'Accepted' };
  }

  /** 1.6 clause 7.21: what is in force, relative to now. */
  #composite(durationS: number): Payload {
    const start = this.#asking();
    const endMs = start.atWallMs + durationS * 1000;
    const chargingSchedulePeriod: WirePeriod[] = [];
    for (let at: number | null = start.atWallMs; at !== null && at < endMs; ) {
      const asking = { ...start, atWallMs: at };
      const startPeriod = Math.round((at - start.atWallMs) / 1000);
      chargingSchedulePeriod.push({ startPeriod, limit: limitAt(this.#stack, asking) });
      at = nextChange(this.#stack, asking);
    }
    const chargingSchedule = { duration: durationS, chargingRateUnit: 'A', chargingSchedulePeriod };
    return {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: new Date(start.atWallMs).toISOString(),
      chargingSchedule,
    };
  }

  #asking(): Asking {
    const startedAt = this.#running?.held.startedAt;
    return {
      connectorId: 1,
      atWallMs: Date.now(),
      startedWallMs: startedAt === undefined ? null : Date.parse(startedAt),
      ratingA: this.use.ratingA,
      phases: PHASES,
      nominalV: NOMINAL_V,
    };
  }
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));
