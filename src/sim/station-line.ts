/** How a simulated station comes to the gateway and stays: dials, backs off, dials again. */
import type { Clock, Timer } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Dialled, DialOptions } from '#world.ts';
import type { Prng } from './prng.ts';
import { type Said, type StationSocket, stationSocket } from './station-socket.ts';

export type LineDeps = {
  readonly clock: Clock;
  readonly random: Prng;
  readonly options: DialOptions;
  dial(options: DialOptions): Promise<Outcome<Dialled>>;
  asked(action: string, payload: Record<string, unknown>): Said;
  afterAnswer(): void;
  connected(socket: StationSocket): void;
  lost(): void;
};

/** OCPP 1.6-J leaves it to the station; these wait a little at random so that not all come at once. */
const BACK_OFF_MS: readonly [number, number] = [500, 3000];
const MAX_BACK_OFF_MS = 10_000;

export class StationLine {
  socket: StationSocket | null = null;
  private readonly deps: LineDeps;
  private powered = false;
  private dialling = 0;
  private attempts = 0;
  private retry: Timer | null = null;
  private pipe: Dialled['pipe'] | null = null;

  constructor(deps: LineDeps) {
    this.deps = deps;
  }

  powerOn(): void {
    this.powered = true;
    this.attempts = 0;
    this.tryLater(0);
  }

  /** Power lost: the socket is cut, nothing is said. */
  powerOff(): void {
    this.powered = false;
    this.dialling++;
    this.retry?.cancel();
    this.pipe?.terminate();
    this.pipe = null;
    this.socket = null;
  }

  private tryLater(ms: number): void {
    this.retry?.cancel();
    this.retry = this.deps.clock.after('dial', ms, () => void this.dialOnce());
  }

  private async dialOnce(): Promise<void> {
    const turn = ++this.dialling;
    const dialled = await this.deps.dial(this.deps.options);
    if (turn !== this.dialling || !this.powered) {
      if (dialled.ok) dialled.value.pipe.terminate();
      return;
    }
    if (dialled.ok) this.begin(dialled.value);
    else this.backOff();
  }

  private begin(dialled: Dialled): void {
    const { deps } = this;
    this.attempts = 0;
    this.pipe = dialled.pipe;
    let closedAtOnce = false;
    const socket: StationSocket = stationSocket(deps.clock, dialled.pipe, {
      asked: deps.asked,
      afterAnswer: deps.afterAnswer,
      closed: () => {
        closedAtOnce = true;
        if (this.pipe !== dialled.pipe) return;
        this.pipe = null;
        this.socket = null;
        deps.lost();
        if (this.powered) this.backOff();
      },
    });
    if (closedAtOnce) return;
    this.socket = socket;
    deps.connected(socket);
  }

  private backOff(): void {
    const most = Math.min(MAX_BACK_OFF_MS, BACK_OFF_MS[1] * 2 ** this.attempts);
    this.attempts++;
    this.tryLater(Math.round(this.deps.random.between(BACK_OFF_MS[0], most)));
  }
}
