/**
 * A charger that nobody knows, while it waits to be adopted: its boot is answered Pending, it is read, and nothing is
 * written to it or granted. Until it is adopted it is not under control and may draw its rating.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Dialect } from '#ocpp/dialect.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import { Peer } from '#ocpp/peer.ts';
import type { Command, Variable } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';
import type { FramePipe, Handshake, Randomness } from '#world.ts';
import { type Handover, handoverOf } from './handover.ts';
import { Pulse } from './pulse.ts';

/**
 * A charger that waits asks again this often (OCPP 1.6 §4.2: the interval of a boot that is not accepted), so that
 * adopting takes effect within 15 s even where it knows no TriggerMessage.
 */
export const BOOT_AGAIN_S = 10;
/** A charger says what it is within seconds; what has said nothing by now is none, or broken, and holds a place. */
export const SAYS_NOTHING_MS = 60_000;
/** One that merely reconnected says nothing by itself: then it is asked. */
const ASKED_AFTER_MS = 3_000;
const READ_TIMEOUT_MS = 5_000;

/**
 * What is read of it (OCPP 1.6 §9.1, §9.4), few keys at a time: GetConfigurationMaxKeys may be small, and the answer
 * to a call without keys may be longer than a stranger's frame may be.
 */
const KEYS: readonly (readonly string[])[] = [
  ['NumberOfConnectors'],
  ['ChargeProfileMaxStackLevel', 'ChargingScheduleAllowedChargingRateUnit', 'ChargingScheduleMaxPeriods'],
  ['SupportedFeatureProfiles', 'ConnectorPhaseRotation', 'MeterValuesSampledData'],
];
/** A value is shown to people; the schema allows 500 characters and more. */
const VALUE_SHOWN = 120;

export type Boot = Extract<Report, { kind: 'boot' }>;

/** What is known of a charger that waits. */
export type Waiting = {
  readonly identity: string;
  readonly address: string;
  readonly sinceWallMs: number;
  readonly ocppVersion: string;
  /** It came with a password of its own. */
  readonly hasPassword: boolean;
  /** Null until it has said it. */
  readonly boot: Boot | null;
  /** How many it says it has; null where it did not. */
  readonly sockets: number | null;
  readonly keys: readonly Variable[];
};

export type GuestDeps = {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly dialect: Dialect;
  readonly identity: string;
  readonly address: string;
  readonly handshake: Handshake;
  readonly password: Uint8Array | null;
  /** Time as chargers are told. */
  toldMs(): number;
  /** It is gone, or was sent away; called once, and not after it was handed on. */
  ended(detail: string): void;
};

export class Guest {
  readonly password: Uint8Array | null;
  readonly subprotocol: string;
  /** What it came with, for when it is to prove that it is the one that was adopted. */
  readonly handshake: Handshake;
  private readonly deps: GuestDeps;
  private readonly handover: Handover;
  private readonly peer: Peer;
  private readonly pulse: Pulse;
  private readonly timers: readonly Timer[];
  private readonly sinceWallMs: number;
  private boot: Boot | null = null;
  private keys: readonly Variable[] = [];
  private isReading = false;
  private over = false;

  constructor(pipe: FramePipe, subprotocol: string, deps: GuestDeps) {
    const { clock, dialect, randomness } = deps;
    this.deps = deps;
    this.password = deps.password;
    this.handshake = deps.handshake;
    this.subprotocol = subprotocol;
    this.sinceWallMs = clock.wallMs();
    this.handover = handoverOf(pipe);
    this.timers = [
      clock.after('guest says nothing', SAYS_NOTHING_MS, () => this.judgeSilence()),
      clock.after('guest asked', ASKED_AFTER_MS, () => this.askForBoot()),
    ];
    this.pulse = new Pulse({
      clock,
      ping: () => this.handover.first.ping(),
      // Its model is not known yet; a stranger that answers no ping cannot be told from a dead line.
      answersPings: () => true,
      heartbeatMs: () => BOOT_AGAIN_S * 1000,
      dead: detail => this.sendAway(detail),
    });
    this.peer = new Peer(
      { pipe: this.handover.first, dialect, side: 'csms', clock, randomness },
      {
        report: (report, answer) => this.hear(report, answer),
        closed: code => this.end(`closed ${code}`),
        pong: () => this.pulse.pong(),
        heard: () => this.pulse.heard(),
      },
    );
  }

  known(): Waiting {
    const { identity, address, dialect, password } = this.deps;
    const { boot, keys, sinceWallMs } = this;
    const told = Number(keys.find(variable => variable.key === 'NumberOfConnectors')?.value ?? Number.NaN);
    return {
      identity,
      address,
      sinceWallMs,
      ocppVersion: dialect.version,
      hasPassword: password !== null,
      boot,
      sockets: Number.isInteger(told) && told > 0 ? told : null,
      keys,
    };
  }

  /** Whether it gives a sign of life within 2 s. */
  probe(): Promise<boolean> {
    return this.pulse.probe();
  }

  sendAway(detail: string): void {
    if (this.over) return;
    this.peer.close(1001, detail);
    this.end(detail);
  }

  /** Adopted: its pipe, for the link of a known charger. It is asked to boot again, so that it is accepted soon. */
  handOn(): FramePipe {
    this.askForBoot(true);
    this.over = true;
    this.stop();
    const pipe = this.handover.next();
    this.peer.terminate();
    return pipe;
  }

  private hear(report: Report, answer: (reply: Reply | Refusal) => void): void {
    if (this.over) return;
    if (report.kind !== 'boot') {
      // OCPP-J, boot states: what comes before it was accepted, and was not asked for, is refused.
      answer({ kind: 'refused', code: 'SecurityError', detail: 'waits to be adopted' });
      return;
    }
    const isOther = JSON.stringify(report) !== JSON.stringify(this.boot);
    this.boot = report;
    answer({ kind: 'boot', status: 'Pending', nowWallMs: this.deps.toldMs(), intervalS: BOOT_AGAIN_S });
    if (isOther || this.keys.length === 0) this.read();
  }

  private read(): void {
    if (this.isReading) return;
    this.isReading = true;
    this.keys = [];
    const next = (index: number): void => {
      const keys = KEYS[index];
      if (keys === undefined || this.over) this.isReading = false;
      else
        this.ask({ kind: 'get-variables', keys }, known => {
          this.keys = [...this.keys, ...known];
          next(index + 1);
        });
    };
    next(0);
  }

  private ask(command: Command, then: (known: readonly Variable[]) => void): void {
    this.peer.command(command, { priority: 'other', timeoutMs: READ_TIMEOUT_MS }, outcome => {
      const known = outcome.ok && outcome.value.kind === 'variables' ? outcome.value.known : [];
      const asked = command.kind === 'get-variables' ? command.keys : [];
      then(known.filter(({ key }) => asked.includes(key)).map(cut));
    });
  }

  private askForBoot(again = false): void {
    if (this.over || (this.boot !== null && !again)) return;
    this.ask({ kind: 'trigger', message: 'BootNotification', connectorId: null }, () => {});
  }

  private judgeSilence(): void {
    if (this.boot === null) this.sendAway(`said nothing for ${SAYS_NOTHING_MS / 1000} s`);
  }

  private end(detail: string): void {
    if (this.over) return;
    this.over = true;
    this.stop();
    this.deps.ended(detail);
  }

  private stop(): void {
    for (const timer of this.timers) timer.cancel();
    this.pulse.stop();
  }
}

const cut = ({ key, readonly, value }: Variable): Variable => ({
  key,
  readonly,
  value: value === null ? null : value.slice(0, VALUE_SHOWN),
});
