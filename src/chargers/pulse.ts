/**
 * Whether the other end of a socket is still there.
 *
 * Ping every 10 s, pong within 10 s: a half-open link is dead after at most 20 s. A frame is life too in
 * the words of OCPP-J 1.6, but it proves one direction only, and a link must carry commands
 * (safety, A5); so the pong decides. Models known not to answer pings (`answersPings: false`) are judged
 * by their frames: three heartbeats without any, since one late heartbeat is common.
 */
import type { Clock, Timer } from '#base/clock.ts';

export const PING_EVERY_MS = 10_000;
export const PONG_WITHIN_MS = 10_000;
/** How long a second socket of the same identity waits for the first one's pong (design §6). */
export const PROBE_MS = 2_000;
/** Heartbeats that a station without pongs may miss. */
const MISSED_HEARTBEATS = 3;

export type PulseDeps = {
  readonly clock: Clock;
  readonly ping: () => void;
  readonly answersPings: () => boolean;
  /** What the station was told at boot, or the default. */
  readonly heartbeatMs: () => number;
  /** Called once, with words. */
  readonly dead: (detail: string) => void;
};

export class Pulse {
  private readonly deps: PulseDeps;
  private lastFrameMs: number;
  private timer: Timer | null = null;
  private probeTimer: Timer | null = null;
  private readonly probes: ((alive: boolean) => void)[] = [];
  private stopped = false;

  constructor(deps: PulseDeps) {
    this.deps = deps;
    this.lastFrameMs = deps.clock.nowMs();
    this.pingLater();
  }

  /** A pong came. */
  pong(): void {
    if (this.stopped) return;
    this.settleProbes(true);
    this.pingLater();
  }

  /** Any frame came. */
  heard(): void {
    this.lastFrameMs = this.deps.clock.nowMs();
    this.settleProbes(true);
  }

  /** Answers whether the other end gives any sign within 2 s; all who ask meanwhile get the same answer. */
  probe(): Promise<boolean> {
    if (this.stopped) return Promise.resolve(false);
    if (this.probeTimer === null) {
      this.probeTimer = this.deps.clock.after('charger probe', PROBE_MS, () => this.settleProbes(false));
      this.deps.ping();
    }
    return new Promise(resolve => this.probes.push(resolve));
  }

  /** The link ended: whoever probes learns that it is gone. */
  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.settleProbes(false);
  }

  private pingLater(): void {
    this.timer?.cancel();
    this.timer = this.deps.clock.after('charger ping', PING_EVERY_MS, () => this.pingNow());
  }

  private pingNow(): void {
    this.deps.ping();
    this.timer = this.deps.clock.after('charger pong', PONG_WITHIN_MS, () => this.noPong());
  }

  private noPong(): void {
    const silentMs = this.deps.clock.nowMs() - this.lastFrameMs;
    if (this.deps.answersPings()) this.deps.dead(`no pong within ${PONG_WITHIN_MS / 1000} s`);
    else if (silentMs > MISSED_HEARTBEATS * this.deps.heartbeatMs()) {
      this.deps.dead(`no frame for ${Math.round(silentMs / 1000)} s`);
    } else this.pingNow();
  }

  private settleProbes(alive: boolean): void {
    if (this.probeTimer === null && this.probes.length === 0) return;
    this.probeTimer?.cancel();
    this.probeTimer = null;
    for (const settle of this.probes.splice(0)) settle(alive);
  }
}
