/**
 * The one socket to the back office: dialled, kept alive, dialled again. Back-off as OCPP 2.0.1 Part 4 clause 5.3
 * has it, since 1.6 has none: doubled after each failure, a part of it by chance, anew after a success.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import { dialectFor } from '#ocpp/dialects.ts';
import { ACCEPTED_FRAME_BYTES } from '#ocpp/frame.ts';
import { Peer } from '#ocpp/peer.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Dialled, FramePipe, World } from '#world.ts';
import type { StationOptions } from './options.ts';
import { authorization, type Login } from './password.ts';
import { AWAY, type Away, lost, whyOffline } from './why.ts';

/** Version of this shape of us; one station of 2.x needs a device model of its own. */
const SUBPROTOCOL = 'ocpp1.6';
const DIAL_TIMEOUT_MS = 15_000;
/** The first pause after a failure; it doubles up to the longest, and as much again is drawn on top. */
const BACK_OFF_MIN_MS = 2_000;
const BACK_OFF_MAX_MS = 120_000;
/** A link that lasted so long was a success, whatever ended it. */
const STEADY_MS = 60_000;
/** A router forgets an idle connection after a few minutes; a minute at most passes until a dead one is known. */
const PING_EVERY_MS = 30_000;
const PONG_WITHIN_MS = 30_000;
/** The office's own database may be slow; longer than this it is away (fact sheet §3.1). */
export const CALL_TIMEOUT_MS = 30_000;

export type LinkDeps = {
  readonly world: Pick<World, 'clock' | 'log' | 'randomness' | 'dial'>;
  connected(peer: Peer): void;
  lost(away: Away): void;
  /** What to show as who we are, in this order until one is let in. */
  logins(): readonly Login[];
  letIn(login: Login): void;
  command(command: Command, answer: (reply: Outcome<CommandReply>) => void): void;
};

export class Link {
  readonly #deps: LinkDeps;
  readonly #options: StationOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  #peer: Peer | null = null;
  #retry: Timer | null = null;
  #pulse: Timer | null = null;
  #failures = 0;
  #logged = '';
  #beganMs: number | null = null;
  /** Times in a row that the line was taken and closed again without a word: some tell a wrong password so. */
  #inVain = 0;
  #closed = false;

  constructor(deps: LinkDeps, options: StationOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#clock = deps.world.clock;
    this.#log = deps.world.log.child({ upstream: options.identity });
  }

  open(): void {
    this.#dialIn(0);
  }

  /** Says good-bye and comes again after a pause. */
  restart(away: Away, afterMs: number): void {
    const peer = this.#peer;
    if (peer === null) return;
    this.#peer = null;
    this.#pulse?.cancel();
    peer.close(1000, away.cause);
    this.#deps.lost(away);
    this.#dialIn(afterMs);
  }

  /** It hears us and does not answer: cut, and tried again. */
  silent(away: Away): void {
    const peer = this.#peer;
    if (peer === null) return;
    this.#peer = null;
    this.#pulse?.cancel();
    peer.terminate();
    this.#failed(away);
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#pulse?.cancel();
    this.#peer?.close(1001, 'Busbar stops');
    this.#peer = null;
  }

  #dialIn(ms: number): void {
    this.#retry?.cancel();
    if (!this.#closed) this.#retry = this.#clock.after('dial the back office', ms, () => void this.#dial());
  }

  /** A password that is refused is followed at once by the next one, if there is one. */
  async #dial(): Promise<void> {
    let away: Away = AWAY.starting;
    const logins = this.#deps.logins();
    const first = this.#inVain % logins.length;
    for (const login of [...logins.slice(first), ...logins.slice(0, first)]) {
      const dialled = await this.#dialAs(login);
      if (this.#closed) {
        if (dialled.ok) dialled.value.pipe.terminate();
        return;
      }
      if (dialled.ok) {
        this.#begin(dialled.value.pipe, login);
        return;
      }
      const { url } = this.#options;
      away = whyOffline({ failure: dialled.why, detail: dialled.detail, url, nowWallMs: this.#clock.wallMs() });
      if (away.cause !== 'password') break;
    }
    this.#failed(away);
  }

  async #dialAs(login: Login): Promise<Outcome<Dialled>> {
    const { url, identity, ca } = this.#options;
    const dialled = await this.#deps.world.dial({
      url: `${url.replace(/\/+$/, '')}/${encodeURIComponent(identity)}`,
      subprotocols: [SUBPROTOCOL],
      authorization: authorization(identity, login),
      ca,
      maxPayloadBytes: ACCEPTED_FRAME_BYTES,
      timeoutMs: DIAL_TIMEOUT_MS,
    });
    if (!dialled.ok || dialled.value.subprotocol === SUBPROTOCOL) return dialled;
    dialled.value.pipe.close(1002, 'no common subprotocol');
    return failed('not-supported', 'no common subprotocol');
  }

  /** It was let in once it is spoken to. */
  #begin(pipe: FramePipe, login: Login): void {
    const { randomness } = this.#deps.world;
    const dialect = dialectFor(SUBPROTOCOL);
    if (dialect === null) return;
    let isOver = false;
    let isHeard = false;
    const peer: Peer = new Peer(
      // Lenient: an answer with one field too many must not lose a session.
      {
        pipe,
        dialect,
        side: 'station',
        clock: this.#clock,
        randomness,
        callTimeoutMs: CALL_TIMEOUT_MS,
        manner: 'lenient',
      },
      {
        command: (command, answer) => this.#deps.command(command, answer),
        closed: (code, reason) => {
          isOver = true;
          if (!isHeard) this.#inVain++;
          if (this.#peer === peer) this.#ended(lost(`closed ${code}${reason === '' ? '' : `: ${reason}`}`));
        },
        pong: () => this.#ping(peer),
        heard: () => {
          if (isHeard) return;
          isHeard = true;
          this.#inVain = 0;
          this.#deps.letIn(login);
        },
      },
    );
    if (isOver) {
      this.#failed(lost('closed at once'));
      return;
    }
    peer.accept();
    this.#peer = peer;
    this.#beganMs = this.#clock.nowMs();
    this.#log.info('connected to the back office');
    this.#ping(peer);
    this.#deps.connected(peer);
  }

  #ping(peer: Peer): void {
    this.#pulse?.cancel();
    if (this.#peer !== peer) return;
    this.#pulse = this.#clock.after('ping the back office', PING_EVERY_MS, () => {
      peer.ping();
      this.#pulse = this.#clock.after('pong of the back office', PONG_WITHIN_MS, () => this.silent(AWAY.noPong));
    });
  }

  #ended(away: Away): void {
    this.#peer = null;
    this.#pulse?.cancel();
    this.#failed(away);
  }

  #failed(away: Away): void {
    if (this.#beganMs !== null && this.#clock.nowMs() - this.#beganMs >= STEADY_MS) this.#failures = 0;
    this.#beganMs = null;
    const leastMs = Math.min(BACK_OFF_MAX_MS / 2, BACK_OFF_MIN_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    // Once for each cause, or a line for each dial would fill the log.
    if (this.#failures === 1 || away.cause !== this.#logged)
      this.#log.warn('no link to the back office', { cause: away.cause, why: away.why });
    this.#logged = away.cause;
    this.#deps.lost(away);
    this.#dialIn(leastMs + this.#deps.world.randomness.int(leastMs));
  }
}
