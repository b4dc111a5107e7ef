/** The back office of one station: its link and what goes over it, put together. */
import { momentOf, type Timer } from '#base/clock.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import { CommandDesk } from './command-desk.ts';
import { Courier, type Parcel } from './courier.ts';
import { Delivery } from './delivery.ts';
import type { UpstreamDeps } from './deps.ts';
import { Expected } from './expected.ts';
import { Link, type LinkDeps } from './link.ts';
import type { Numbering } from './numbering.ts';
import type { StationOptions, WhoMayCharge } from './options.ts';
import type { Outbox, OutboxFigures } from './outbox.ts';
import { PASSWORD_KIND, Password } from './password.ts';
import type { Refused } from './refused.ts';
import { Register } from './register.ts';
import { SampleDesk } from './sample-desk.ts';
import { SessionDesk } from './session-desk.ts';
import { Station, type StationState } from './station.ts';
import { Turnstile } from './turnstile.ts';
import { VARIABLE_KIND, Variables } from './variables.ts';
import { AWAY, type Away, HERE } from './why.ts';
import { PROFILE_KIND, Wishes } from './wishes.ts';

/** Changes of the site are looked at together, so that a burst of them makes one message. */
const LOOK_MS = 1_000;

/** What the office shares with who may charge. */
export type OfficeTies = {
  authority(): Authority;
  readonly refused: Refused;
  readonly whoMayCharge: WhoMayCharge;
};

export class Office {
  readonly outbox: Outbox;
  readonly #deps: UpstreamDeps;
  readonly #register: Register;
  readonly #link: Link;
  readonly #station: Station;
  readonly #courier: Courier;
  readonly #delivery: Delivery;
  readonly commands: CommandDesk;
  readonly variables: Variables;
  readonly #password: Password;
  readonly #wishes: Wishes;
  readonly #samples: SampleDesk;
  readonly desk: SessionDesk;
  readonly #expected: Expected;
  readonly #turnstile: Turnstile;
  #look: Timer | null = null;
  #away: Away = AWAY.starting;
  #sinceWallMs: number;

  constructor(deps: UpstreamDeps, options: StationOptions, { authority, refused, whoMayCharge }: OfficeTies) {
    this.#deps = deps;
    const { world, state, documents } = deps;
    const { clock } = world;
    const log = world.log.child({ upstream: options.identity });
    const store = (changes: readonly StoreChange[]) => this.#store(changes);
    this.#sinceWallMs = clock.wallMs();
    this.#register = new Register(deps, options);
    this.outbox = this.#register.outbox;
    this.#expected = new Expected(clock);
    this.#turnstile = new Turnstile(clock);
    this.variables = new Variables(documents(VARIABLE_KIND));
    this.#password = new Password(options, documents(PASSWORD_KIND));
    this.#samples = new SampleDesk(this.variables);
    const numbering = () => this.#register.numbering();
    const sessionOn = (number: number) => this.#register.sessionOn(number);
    const liveIds = () => new Set(deps.sessions.open().map(session => session.id));
    const site = { clock, log, state, dispatch: deps.dispatch };
    this.#wishes = new Wishes({ ...site, numbering, sessionOn, liveIds, store }, documents(PROFILE_KIND));
    this.#courier = new Courier({
      clock,
      paceMs: 1000 / options.messagesPerS,
      next: () => this.#next(),
      unanswered: () => {
        this.#station.silent();
        this.#link.silent(AWAY.silent);
      },
    });
    this.#station = new Station({
      clock,
      log,
      boot: { kind: 'boot', vendor: 'Busbar', model: 'Busbar', serial: options.identity, firmware: deps.version },
      ask: (report, settled) => this.#courier.ask(report, settled),
      accepted: () => this.#accepted(),
      turnedAway: ms => this.#link.restart(AWAY.rejected, ms),
    });
    this.desk = new SessionDesk({
      ...{ deps, store, register: this.#register, samples: this.#samples, expected: this.#expected },
      wishes: this.#wishes,
      courier: this.#courier,
      refused,
      authority,
      reservations: () => this.commands.reservations,
      isOn: key => this.variables.isOn(key),
      isLinked: () => this.isReachable(),
    });
    this.#delivery = new Delivery({
      clock,
      log,
      outbox: this.outbox,
      retries: () => this.variables.messageRetries(),
      isHeard: () => this.#courier.isHeard(),
      store,
      started: (session, word) => this.desk.answered(session, word),
      wake: () => this.#courier.wake(),
    });
    this.commands = new CommandDesk({
      ...{ deps, options, whoMayCharge, store, authority, register: this.#register, variables: this.variables },
      ...{ wishes: this.#wishes, samples: this.#samples, expected: this.#expected },
      courier: this.#courier,
      station: this.#station,
      sessions: () => this.desk,
      givePassword: (value, answer) => this.#givePassword(value, answer),
    });
    this.#link = new Link(this.#linkDeps(), options);
  }

  /** What is stored of its profiles holds again: before a charger that charges is heard. */
  prepare(): void {
    this.#wishes.apply();
  }

  open(): void {
    this.#store(this.#password.outdated);
    this.#link.open();
  }

  close(): void {
    this.#look?.cancel();
    this.commands.close();
    this.#wishes.close();
    this.#station.close();
    this.#courier.detach();
    this.#turnstile.clear();
    this.#link.close();
  }

  ask: Courier['ask'] = (report, settled) => this.#courier.ask(report, settled);

  isReachable = (): boolean => this.#station.state() === 'accepted';

  stateWord = (): StationState => this.#station.state();

  numbering = (): Numbering => this.#register.numbering();

  /** What waits, and how long it takes at the pace in force; null where nothing waits. */
  figures(): OutboxFigures & { readonly etaMs: number | null } {
    const figures = this.outbox.figures();
    const { queued } = figures;
    return { ...figures, etaMs: queued === 0 ? null : Math.ceil(queued * this.#courier.msEach()) };
  }

  /** Since when it is as it is, and why it is not connected. */
  condition(): Away & { readonly sinceWallMs: number } {
    const away = this.#station.state() === 'pending' ? AWAY.pending : this.#away;
    return { ...away, sinceWallMs: this.#sinceWallMs };
  }

  /** Something at the site changed. */
  touched(): void {
    const look = () => {
      this.#look = null;
      this.commands.look();
      // A session that ended took its wish along, on disk or not.
      if (this.#wishes.stack().length > 0) this.#wishes.apply();
      const { limitsOnly } = this.#deps.state();
      if (this.isReachable() && limitsOnly === null && this.numbering().unstored.length > 0)
        void this.#register.settle().then(() => this.#courier.burst());
      this.#courier.wake();
    };
    this.#look ??= this.#deps.world.clock.after('look at the site for the back office', LOOK_MS, look);
  }

  wake(): void {
    this.#courier.wake();
  }

  // --- what goes up

  #next(): Parcel | null {
    // Nothing goes up under a number that is only proposed.
    if (!this.isReachable() || !this.#register.isSettled()) return null;
    const turn = this.#delivery.next();
    if (turn !== null && turn.what !== 'samples') return turn.take();
    return this.#status(false) ?? turn?.take() ?? this.#status(true);
  }

  #status(late: boolean): Parcel | null {
    const report = this.commands.statuses.next(
      this.#deps.state(),
      this.numbering(),
      momentOf(this.#deps.world.clock),
      late,
    );
    if (report === null) return null;
    const settled: Parcel['settled'] = outcome =>
      this.commands.statuses.settled(report, outcome.ok || outcome.why !== 'timeout');
    return { report, settled };
  }

  /** Numbers and sessions are bound once and for all before anything is sent under them. */
  async #accepted(): Promise<void> {
    this.#say(HERE);
    this.commands.statuses.forget();
    await this.#register.settle();
    if (this.#station.state() !== 'accepted') return;
    this.variables.noteHeartbeat(Math.round(this.#station.heartbeatMs() / 1000));
    this.#courier.burst();
  }

  #store(changes: readonly StoreChange[]): void {
    if (changes.length > 0) void this.#deps.commit(changes);
  }

  #say(away: Away): void {
    if (this.#away.why === away.why) return;
    this.#away = away;
    this.#sinceWallMs = this.#deps.world.clock.wallMs();
  }

  // --- the link, and what comes down on it

  #linkDeps(): LinkDeps {
    return {
      world: this.#deps.world,
      connected: peer => {
        // It has yet to answer.
        if (this.#away.cause !== AWAY.silent.cause) this.#say(AWAY.booting);
        this.#courier.attach(peer);
        this.#delivery.linked();
        this.#station.linked();
      },
      logins: () => this.#password.logins(),
      letIn: login => this.#store(this.#password.letIn(login)),
      lost: away => {
        this.#say(away);
        this.#station.unlinked();
        this.#courier.detach();
        this.#turnstile.clear();
      },
      command: (command, answer) => this.#asked(command, answer),
    };
  }

  #asked(command: Command, answer: (reply: Outcome<CommandReply>) => void): void {
    const run = () => this.commands.take(command, answer);
    if (!this.#turnstile.pass(command.kind, run)) answer(failed('cancelled', 'too many of these wait already'));
  }

  /** Answered when it is on disk; then the line is taken anew, as the whitepaper has it (A01). */
  #givePassword(value: string, answer: (isTaken: boolean) => void): void {
    const given = this.#password.give(value);
    if (given === null) {
      answer(false);
      return;
    }
    void this.#deps.commit(given.changes).then(stored => {
      if (stored.ok) given.stored();
      answer(stored.ok);
      if (!stored.ok) return;
      this.#deps.world.log.info('the back office gave this station a new password');
      this.#link.restart(AWAY.password, 0);
    });
  }
}
