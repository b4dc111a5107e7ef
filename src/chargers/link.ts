/** One live socket of one charger: the conversation on it, its pulse, and the questions asked when it came. */
import { assert } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { CallOptions } from '#ocpp/calls.ts';
import type { Dialect } from '#ocpp/dialect.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import { Peer } from '#ocpp/peer.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';
import type { FramePipe, PipeHandlers, Randomness } from '#world.ts';
import { Pulse } from './pulse.ts';
import { type Ask, type formerOf, runScript, type Step, setupScript } from './setup.ts';

/** After an accepted boot a charger first tells its connectors; questions wait until it has. */
const SETUP_AFTER_BOOT_MS = 1_000;
/** A charger that boots says so at once; one that has said nothing by now merely reconnected. */
const RECONNECTED_AFTER_MS = 3_000;
/** A set-up answer may take long on a small box, and nobody waits for it. */
const SETUP_TIMEOUT_MS = 5_000;

/** What outlives a socket: kept by the room for each charger, changed by its links. */
export type Memory = {
  /** It has told its model and was accepted, in this process. */
  booted: boolean;
  /** It was asked for samples since its last boot, and answered. */
  sampling: boolean;
  /** The heartbeat interval it was told, ms. */
  heartbeatMs: number;
};

export type LinkDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly randomness: Randomness;
  readonly dialect: Dialect;
  readonly memory: Memory;
  readonly report: (report: Report, atMs: number, answer: (reply: Reply | Refusal) => void) => void;
  readonly answersPings: () => boolean;
  /** OCPP numbers of the connectors whose status nobody knows. */
  readonly connectorsWithoutStatus: () => readonly number[];
  /** What it was set to before we changed it. */
  readonly former: ReturnType<typeof formerOf>;
  /** The link is over; called once. */
  readonly ended: (detail: string) => void;
};

export class Link {
  private readonly deps: LinkDeps;
  private readonly peer: Peer;
  private readonly pulse: Pulse;
  private readonly gate: Gate;
  private setupTimer: Timer | null = null;
  private scriptRuns = false;
  private over = false;

  /** Nothing is heard before `start`, so that the link can be known to everyone before its first report. */
  constructor(pipe: FramePipe, deps: LinkDeps) {
    this.deps = deps;
    const { clock, dialect, randomness, memory } = deps;
    this.gate = gated(pipe);
    this.peer = new Peer(
      { pipe: this.gate.pipe, dialect, side: 'csms', clock, randomness },
      {
        report: (report, answer) => this.hear(report, answer),
        closed: (code, reason) => this.end(`closed ${code}${reason === '' ? '' : `: ${reason}`}`),
        pong: () => this.pulse.pong(),
        heard: () => this.pulse.heard(),
      },
    );
    this.pulse = new Pulse({
      clock,
      ping: () => this.peer.ping(),
      answersPings: deps.answersPings,
      heartbeatMs: () => memory.heartbeatMs,
      dead: detail => this.cut(detail),
    });
    this.setUpIn(RECONNECTED_AFTER_MS);
    if (memory.booted) this.peer.accept();
  }

  /** Begins to hear. What came before may be told before this returns. */
  start(): void {
    this.gate.open();
  }

  /** See Peer.command. */
  command(command: Command, options: CallOptions, settled: (outcome: Outcome<CommandReply>) => void): void {
    this.peer.command(command, options, settled);
  }

  /** Whether the charger gives a sign of life within 2 s. */
  probe(): Promise<boolean> {
    return this.pulse.probe();
  }

  /** Says good-bye. */
  close(code: number, reason: string): void {
    if (this.over) return;
    this.peer.close(code, reason);
    this.end(reason);
  }

  /** Ends the link at once; its calls settle as offline when the pipe has closed. */
  cut(detail: string): void {
    if (this.over) return;
    this.peer.terminate();
    this.end(detail);
  }

  private end(detail: string): void {
    if (this.over) return;
    this.over = true;
    this.setupTimer?.cancel();
    this.pulse.stop();
    this.deps.ended(detail);
  }

  private hear(report: Report, answer: (reply: Reply | Refusal) => void): void {
    if (this.over) return;
    const { clock, memory } = this.deps;
    this.deps.report(report, clock.nowMs(), reply => {
      answer(reply);
      if (reply.kind !== 'boot' || reply.status !== 'Accepted' || this.over) return;
      this.peer.accept();
      memory.booted = true;
      memory.sampling = false;
      if (reply.intervalS > 0) memory.heartbeatMs = reply.intervalS * 1000;
      this.setUpIn(SETUP_AFTER_BOOT_MS);
    });
  }

  private setUpIn(ms: number): void {
    this.setupTimer?.cancel();
    this.setupTimer = this.deps.clock.after('set up a charger', ms, () => this.setUp());
  }

  /** One script at a time: a boot in the middle of one starts the next when that has ended. */
  private setUp(): void {
    const { memory, former } = this.deps;
    if (this.scriptRuns) {
      this.setUpIn(SETUP_AFTER_BOOT_MS);
      return;
    }
    const connectors = this.deps.connectorsWithoutStatus();
    const toLearn = { model: !memory.booted, samples: !memory.sampling, former: !former.isKept(), connectors };
    const steps = setupScript(toLearn);
    if (steps.length > 0) this.runSetUp(steps);
  }

  private runSetUp(steps: readonly Step[]): void {
    const { memory, log } = this.deps;
    this.scriptRuns = true;
    memory.sampling = true;
    const options = { priority: 'other', timeoutMs: SETUP_TIMEOUT_MS } as const;
    const ask: Ask = (command, settled) => this.peer.command(command, options, settled);
    runScript(steps, ask, (end, former) => {
      if (former.length > 0) this.deps.former.keep(former);
      this.scriptRuns = false;
      if (end.stopped !== null) memory.sampling = false;
      log.info('charger set up', end);
    });
  }
}

type Gate = { readonly pipe: FramePipe; open(): void };

/** A pipe that its owner may take over before anything is delivered. */
function gated(pipe: FramePipe): Gate {
  let owner: PipeHandlers | null = null;
  return {
    pipe: {
      remoteAddress: pipe.remoteAddress,
      send: text => pipe.send(text),
      ping: () => pipe.ping(),
      close: (code, reason) => pipe.close(code, reason),
      terminate: () => pipe.terminate(),
      open(handlers) {
        owner = handlers;
      },
    },
    open() {
      assert(owner !== null, 'somebody owns the pipe before it is opened');
      pipe.open(owner);
    },
  };
}
