/**
 * The way from a gateway on a virtual clock to a real server: its frames go over a real socket, and the clock stands
 * still until what was asked is answered, so that a day takes minutes and no answer is late.
 */
import { WebSocket } from 'ws';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { VirtualClock } from '#sim/virtual-clock.ts';
import type { Dialled, DialOptions, FramePipe, PipeHandlers, World } from '#world.ts';

/** Virtual time between two looks at the real world: an answer is that late at most. */
const STEP_MS = 200;
/** A server on this machine that takes longer has lost the question. */
const PATIENCE_MS = 30_000;

export class Bridge {
  /** Dials, calls and pings that have not been answered. */
  private open = 0;
  private readonly url: () => string;

  /** @param url of the server, without the identity */
  constructor(url: () => string) {
    this.url = url;
  }

  /** Lets time pass, in the site and in the world. */
  async run(clock: VirtualClock, ms: number): Promise<void> {
    const untilMs = clock.nowMs() + ms;
    while (clock.nowMs() < untilMs) {
      await clock.run(Math.min(untilMs, clock.nowMs() + STEP_MS));
      await this.settled();
    }
  }

  /** Everything that was asked is answered. */
  async settled(): Promise<void> {
    const since = performance.now();
    do await new Promise(turn => setImmediate(turn));
    while (this.open > 0 && performance.now() - since < PATIENCE_MS);
    if (this.open > 0) throw new Error(`${this.open} questions were not answered`);
  }

  dial: World['dial'] = options => {
    this.open++;
    return new Promise<Outcome<Dialled>>(resolve => {
      const settle = (outcome: Outcome<Dialled>) => {
        this.open--;
        resolve(outcome);
      };
      const headers = options.authorization === null ? {} : { Authorization: options.authorization };
      const ws = new WebSocket(`${this.url()}${identityIn(options)}`, [...options.subprotocols], { headers });
      ws.once('error', error => settle(failed('offline', error.message)));
      ws.once('open', () => {
        ws.removeAllListeners('error');
        ws.on('error', () => {});
        settle(ok({ pipe: this.pipe(ws), subprotocol: ws.protocol }));
      });
    });
  };

  private pipe(ws: WebSocket): FramePipe {
    let handlers: PipeHandlers | null = null;
    let own = 0;
    const asked = () => {
      own++;
      this.open++;
    };
    const answered = () => {
      own--;
      this.open--;
    };
    ws.on('message', data => {
      const text = String(data);
      if (!text.startsWith('[2')) answered();
      handlers?.text(text);
    });
    ws.on('pong', () => {
      answered();
      handlers?.pong();
    });
    ws.on('close', (code, reason) => {
      this.open -= own;
      handlers?.closed(code, String(reason));
    });
    return {
      remoteAddress: '127.0.0.1',
      open: given => {
        handlers = given;
      },
      send: text => {
        if (ws.readyState !== WebSocket.OPEN) return false;
        if (text.startsWith('[2')) asked();
        ws.send(text);
        return true;
      },
      ping: () => {
        if (ws.readyState !== WebSocket.OPEN) return;
        asked();
        ws.ping();
      },
      close: (code, reason) => ws.close(code, reason),
      terminate: () => ws.terminate(),
    };
  }
}

const identityIn = ({ url }: DialOptions): string => url.slice(url.lastIndexOf('/'));
