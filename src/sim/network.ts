/**
 * The site's network: WebSockets as pairs of frame pipes. Every frame takes a latency drawn from its
 * link and never overtakes an earlier one of the same direction (assumption A2). A link can be made
 * slow, or cut: the station notices at once or late, the gateway by `closed` or not at all (half-open).
 */
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { ChargerDoor, Dialled, DialOptions, Handshake, Listening, ListenOptions } from '#world.ts';
import { type End, noTap, pipePair, type WireTap } from './pipe.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How the two ends learn of a cut. Null = never by itself (half-open until it writes or pings in vain). */
export type CutNotice = { readonly stationAfterMs: number; readonly gatewayAfterMs: number | null };

/** Assumption A5: a link carries a command within two seconds. */
const CARRY_MS = 2000;

/** One station's way to the gateway. It outlives its sockets. */
export class Link {
  readonly address: string;
  tap: WireTap = noTap;
  /** Added to every frame while a delay fault lasts. */
  private extraMs = 0;
  private up = true;
  private carries = true;
  /** A fault took its socket, and no new one stands yet. What the gateway closes itself is no fault. */
  private faulted = false;
  private ends: { station: End; gateway: End } | null = null;
  private readonly clock: VirtualClock;
  private readonly random: Prng;
  private readonly latencyMs: readonly [number, number];

  constructor(clock: VirtualClock, random: Prng, address: string, latencyMs: readonly [number, number]) {
    this.clock = clock;
    this.random = random;
    this.address = address;
    this.latencyMs = latencyMs;
  }

  /** One way, for the next frame. */
  draw = (): number => Math.round(this.random.between(this.latencyMs[0], this.latencyMs[1])) + this.extraMs;

  isUp(): boolean {
    return this.up;
  }

  isConnected(): boolean {
    return this.ends !== null;
  }

  /** Delay fault: every frame takes so much longer from now on. 0 ends it. */
  slow(extraMs: number): void {
    this.extraMs = extraMs;
    this.judgeCarrying();
  }

  /** Nothing passes any more; frames under way are lost, and dialling fails until `mend`. */
  cut(notice: CutNotice): void {
    this.up = false;
    this.drop(notice);
  }

  /** The socket dies without a handshake; the way itself stays. */
  drop(notice: CutNotice): void {
    this.faulted = true;
    const ends = this.ends;
    this.ends = null;
    if (ends) this.partEnds(ends, notice);
    this.judgeCarrying();
  }

  mend(): void {
    this.up = true;
  }

  /** A socket came to stand on this link. */
  carry(station: End, gateway: End): void {
    if (this.ends) this.partEnds(this.ends, { stationAfterMs: 0, gatewayAfterMs: null });
    this.ends = { station, gateway };
    this.faulted = false;
    this.judgeCarrying();
  }

  /** A socket on this link was closed by one of its ends. */
  ended(station: End): void {
    if (this.ends?.station !== station) return;
    this.ends = null;
    this.tap.lost();
  }

  private partEnds(ends: { station: End; gateway: End }, notice: CutNotice): void {
    ends.station.die();
    ends.gateway.die();
    this.tap.lost();
    this.clock.after('link cut', notice.stationAfterMs, () => ends.station.closeNow(1006, 'link lost'));
    const { gatewayAfterMs } = notice;
    if (gatewayAfterMs !== null)
      this.clock.after('link cut', gatewayAfterMs, () => ends.gateway.closeNow(1006, 'link lost'));
  }

  private judgeCarrying(): void {
    const carries = !this.faulted && this.extraMs + this.latencyMs[1] <= CARRY_MS;
    if (carries === this.carries) return;
    this.carries = carries;
    this.tap.carrying(carries);
  }
}

/** The answer to a refused upgrade, as a station sees it. */
const refused = (status: number, reason: string) => failed('rejected', `HTTP ${status}: ${reason}`);

/** How long a dial into the void takes to fail when the caller sets no shorter time. */
const DIAL_TIMEOUT_MS = 5000;

export type Network = {
  link(name: string, address: string, latencyMs: readonly [number, number]): Link;
  listen(options: ListenOptions, door: ChargerDoor): Promise<Outcome<Listening>>;
  /** A station dials the gateway over its link. */
  dial(link: Link, options: DialOptions): Promise<Outcome<Dialled>>;
};

export function simNetwork(clock: VirtualClock, random: Prng): Network {
  const doors = new Map<number, { door: ChargerDoor; options: ListenOptions }>();
  const later = (ms: number) => new Promise<void>(resolve => clock.after('network', ms, resolve));

  const dial = async (link: Link, options: DialOptions): Promise<Outcome<Dialled>> => {
    const url = new URL(options.url);
    const handshake: Handshake = {
      path: url.pathname,
      subprotocols: options.subprotocols,
      authorization: options.authorization,
      remoteAddress: link.address,
      secure: url.protocol === 'wss:',
    };
    await later(link.draw());
    const entry = doors.get(Number(url.port));
    if (!link.isUp()) {
      await later(Math.min(options.timeoutMs, DIAL_TIMEOUT_MS));
      return failed('timeout', 'nobody answers');
    }
    if (!entry) {
      // The machine is there and the port is not: it says so at once.
      await later(link.draw());
      return failed('rejected', 'connection refused');
    }
    const verdict = await entry.door.judge(handshake);
    if (!verdict.accept) {
      await later(link.draw());
      return refused(verdict.status, verdict.reason);
    }
    if (!link.isUp()) {
      await later(Math.min(options.timeoutMs, DIAL_TIMEOUT_MS));
      return failed('timeout', 'link lost while dialling');
    }
    const pair = pipePair(clock, link, {
      gatewayMaxBytes: entry.options.maxPayloadBytes,
      stationMaxBytes: options.maxPayloadBytes,
    });
    link.carry(pair.station, pair.gateway);
    entry.door.connected(pair.gateway.pipe, handshake);
    await later(link.draw());
    return ok({ pipe: pair.station.pipe, subprotocol: verdict.subprotocol });
  };

  return {
    link: (name, address, latencyMs) => new Link(clock, random.split(name), address, latencyMs),
    listen: async (options, door) => {
      if (doors.has(options.port)) return failed('rejected', `port ${options.port} is taken`);
      doors.set(options.port, { door, options });
      return ok({
        port: options.port,
        close: async () => {
          doors.delete(options.port);
        },
      });
    },
    dial,
  };
}
