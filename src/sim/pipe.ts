/** Two ends of one simulated WebSocket. */
import type { FramePipe, PipeHandlers } from '#world.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What an observer of the wire between gateway and station is told. */
export type WireTap = {
  /** The gateway gave a frame to the wire. */
  sent(frame: string): void;
  /** The station has taken it in; called after it acted on it. */
  delivered(frame: string): void;
  /** Every frame under way to the station is gone. */
  lost(): void;
  /** The link began or ceased to carry frames within the two seconds of assumption A5. */
  carrying(carries: boolean): void;
};

export const noTap: WireTap = { sent() {}, delivered() {}, lost() {}, carrying() {} };

/** What a pair of pipes needs of the link it runs on. */
export type Wire = {
  readonly address: string;
  readonly tap: WireTap;
  /** Latency of the next frame, one way. */
  draw(): number;
  /** A socket was closed by one of its ends. */
  ended(station: End): void;
};

/** One end: the pipe its owner holds, and what only the network may do to it. */
export type End = {
  readonly pipe: FramePipe;
  /** From now on nothing passes, and nobody is told. */
  die(): void;
  /** Tells the owner that the socket is closed; once. */
  closeNow(code: number, reason: string): void;
};

type Limits = { readonly gatewayMaxBytes: number; readonly stationMaxBytes: number };

type Item =
  | { readonly kind: 'text'; readonly frame: string }
  | { readonly kind: 'pong' }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** What one end does to the other over the wire. */
type Side = {
  other: Side;
  handlers: PipeHandlers | null;
  /** Came before `open`. */
  waiting: Item[];
  closed: boolean;
  lastArrivalMs: number;
  readonly maxBytes: number;
  readonly isGateway: boolean;
};

const newSide = (isGateway: boolean, maxBytes: number): Side => ({
  other: null as unknown as Side,
  handlers: null,
  waiting: [],
  closed: false,
  lastArrivalMs: 0,
  maxBytes,
  isGateway,
});

export function pipePair(clock: VirtualClock, link: Wire, limits: Limits): { station: End; gateway: End } {
  const station = newSide(false, limits.stationMaxBytes);
  const gateway = newSide(true, limits.gatewayMaxBytes);
  station.other = gateway;
  gateway.other = station;

  /** Frames under way are lost and none pass any more. */
  let severed = false;

  /** Runs `arrive` at the other side one latency later, after everything that went before. */
  const pass = (from: Side, arrive: (to: Side) => void) => {
    const to = from.other;
    const atMs = Math.max(clock.nowMs() + link.draw(), to.lastArrivalMs);
    to.lastArrivalMs = atMs;
    clock.after('frame', atMs - clock.nowMs(), () => {
      if (!severed) arrive(to);
    });
  };

  const give = (side: Side, item: Item) => {
    if (side.handlers === null) side.waiting.push(item);
    else if (item.kind === 'text') side.handlers.text(item.frame);
    else if (item.kind === 'pong') side.handlers.pong();
    else side.handlers.closed(item.code, item.reason);
  };

  const shut = (side: Side, code: number, reason: string) => {
    if (side.closed) return;
    side.closed = true;
    link.ended(stationEnd);
    give(side, { kind: 'closed', code, reason });
  };

  const take = (side: Side, frame: string) => {
    if (side.closed) return;
    if (frame.length > side.maxBytes) {
      pass(side, to => shut(to, 1009, 'message too big'));
      shut(side, 1009, 'message too big');
      return;
    }
    give(side, { kind: 'text', frame });
    if (!side.isGateway) link.tap.delivered(frame);
  };

  const pipeOf = (side: Side): FramePipe => ({
    remoteAddress: side.isGateway ? link.address : 'gateway',
    open: handlers => {
      side.handlers = handlers;
      for (const item of side.waiting.splice(0)) give(side, item);
    },
    send: frame => {
      if (side.closed) return false;
      if (side.isGateway) link.tap.sent(frame);
      if (!severed) pass(side, to => take(to, frame));
      else if (side.isGateway) link.tap.lost();
      return true;
    },
    ping: () => {
      if (!severed) pass(side, to => pass(to, back => give(back, { kind: 'pong' })));
    },
    close: (code, reason) => {
      if (side.closed) return;
      if (!severed) pass(side, to => shut(to, code, reason));
      clock.after('close', 2 * link.draw(), () => shut(side, code, reason));
    },
    terminate: () => {
      if (side.closed) return;
      if (!severed) clock.after('reset', link.draw(), () => shut(side.other, 1006, 'reset by peer'));
      severed = true;
      clock.after('terminate', 0, () => shut(side, 1006, 'terminated'));
    },
  });

  const endOf = (side: Side): End => ({
    pipe: pipeOf(side),
    die: () => {
      severed = true;
    },
    closeNow: (code, reason) => shut(side, code, reason),
  });
  const stationEnd = endOf(station);
  return { station: stationEnd, gateway: endOf(gateway) };
}
