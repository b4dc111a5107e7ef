/** A world made by hand for the chargers' stories: a clock that is stepped, and pipes whose other end is the test. */
import type { Clock } from '#base/clock.ts';
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import type { ChargerDoor, FramePipe, Handshake, PipeHandlers, Randomness, World } from '#world.ts';

const WALL_START_MS = Date.UTC(2026, 0, 1);

type Armed = { readonly atMs: number; readonly run: () => void; cancelled: boolean };

/** Time stands still until `step`. Between timers, promises get their turns. */
export function handClock(): Clock & { step(ms: number): Promise<void> } {
  let nowMs = 0;
  const armed: Armed[] = [];
  return {
    nowMs: () => nowMs,
    wallMs: () => WALL_START_MS + nowMs,
    quality: () => 'synchronised',
    after(_name, ms, run) {
      const timer: Armed = { atMs: nowMs + ms, run, cancelled: false };
      armed.push(timer);
      return {
        cancel() {
          timer.cancelled = true;
        },
      };
    },
    async step(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = armed.filter(timer => !timer.cancelled && timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        due.cancelled = true;
        nowMs = Math.max(nowMs, due.atMs);
        due.run();
        await settle();
      }
      armed.splice(0, armed.length, ...armed.filter(timer => !timer.cancelled));
      nowMs = endMs;
    },
  };
}

/** Every promise that is ready has had its turn. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** What a test's charger saw and does at its end of a pipe. */
export type Station = {
  readonly pipe: FramePipe;
  /** Frames that Busbar sent, parsed. */
  readonly received: unknown[][];
  /** How the pipe ended, seen from here. */
  readonly ended: () => { code: number; reason: string } | null;
  readonly pings: () => number;
  say(frame: unknown): void;
  pong(): void;
  /** The charger closes its end. */
  hangUp(): void;
  /** From now on nothing of it arrives, and nothing reaches it: the other end does not notice. */
  goSilent(): void;
};

/** `answers`: pongs come back at once, as they do from a station that lives. */
export function handStation(remoteAddress: string, answers = true): Station {
  const received: unknown[][] = [];
  let handlers: PipeHandlers | null = null;
  let ended: { code: number; reason: string } | null = null;
  let told = false;
  let pings = 0;
  let silent = !answers;
  const end = (code: number, reason: string): void => {
    ended ??= { code, reason };
    if (handlers === null || told) return;
    told = true;
    handlers.closed(ended.code, ended.reason);
  };
  const pipe: FramePipe = {
    remoteAddress,
    open(given) {
      handlers = given;
      if (ended !== null) end(ended.code, ended.reason);
    },
    send(text) {
      if (ended !== null) return false;
      if (!silent) received.push(JSON.parse(text) as unknown[]);
      return true;
    },
    ping() {
      pings += 1;
      if (!silent) queueMicrotask(() => handlers?.pong());
    },
    close: (code, reason) => queueMicrotask(() => end(code, reason)),
    terminate: () => queueMicrotask(() => end(1006, 'terminated')),
  };
  return {
    pipe,
    received,
    ended: () => ended,
    pings: () => pings,
    say: frame => handlers?.text(JSON.stringify(frame)),
    pong: () => handlers?.pong(),
    hangUp: () => end(1000, 'bye'),
    goSilent() {
      silent = true;
    },
  };
}

export const countingRandomness = (): Randomness => {
  let next = 0;
  return {
    uuid: () => {
      next += 1;
      return `id-${next}`;
    },
    int: below => next % below,
  };
};

export type HandWorld = Pick<World, 'clock' | 'log' | 'randomness' | 'listenForChargers'> & {
  readonly clock: ReturnType<typeof handClock>;
  readonly door: () => ChargerDoor;
  readonly closed: () => boolean;
};

export function handWorld(): HandWorld {
  let door: ChargerDoor | null = null;
  let closed = false;
  return {
    clock: handClock(),
    log: silentLog,
    randomness: countingRandomness(),
    listenForChargers: (options, given) => {
      door = given;
      const close = async () => {
        closed = true;
      };
      return Promise.resolve(ok({ port: options.port, close }));
    },
    door: () => {
      if (door === null) throw new Error('nobody listens');
      return door;
    },
    closed: () => closed,
  };
}

export const basic = (identity: string, password: string): string => `Basic ${btoa(`${identity}:${password}`)}`;

export const handshake = (change: Partial<Handshake> = {}): Handshake => ({
  path: '/ocpp/CP1',
  subprotocols: ['ocpp1.6'],
  authorization: basic('CP1', 'secret'),
  remoteAddress: '10.0.0.9',
  secure: false,
  ...change,
});
