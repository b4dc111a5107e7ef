/** The back office of one station: its link and what goes over it, put together. */
import { momentOf, type Timer } from '#base/clock.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import { AVAILABILITY_KIND, Availability } from './availability.ts';
import { Courier, type Parcel } from './courier.ts';
import { Delivery } from './delivery.ts';
import type { UpstreamDeps } from './deps.ts';
import { Expected } from './expected.ts';
import { Link, type LinkDeps } from './link.ts';
import type { Numbering } from './numbering.ts';
import type { StationOptions } from './options.ts';
import type { Outbox, OutboxFigures } from './outbox.ts';
import type { Refused } from './refused.ts';
import { Register } from './register.ts';
import { type RelayDeps, relay } from './relay.ts';
import { Resets } from './resets.ts';
import { SampleDesk } from './sample-desk.ts';
import { SessionDesk } from './session-desk.ts';
import { Station, type StationState } from './station.ts';
import { Statuses } from './statuses.ts';
import { Triggers } from './triggers.ts';
import { Turnstile } from './turnstile.ts';
import { VARIABLE_KIND, Variables } from './variables.ts';
import { PROFILE_KIND, Wishes } from './wishes.ts';

/** Changes of the site are looked at together, so that a burst of them makes one message. */
const LOOK_MS = 1_000;
export class Office {
  readonly outbox: Outbox;
  readonly #deps: UpstreamDeps;
  readonly #register: Register;
  readonly #authority: () => Authority;
  readonly #link: Link;
  readonly #station: Station;
  readonly #courier: Courier;
  readonly #delivery: Delivery;
  readonly #statuses = new Statuses();
  readonly #variables: Variables;
  readonly #wishes: Wishes;
  readonly #samples: SampleDesk;
  readonly desk: SessionDesk;
  readonly #triggers: Triggers;
  readonly #availability: Availability;
  readonly #relay: Omit<RelayDeps, 'authority'>;
  readonly #expected: Expected;
  readonly #turnstile: Turnstile;
  #look: Timer | null = null;
  #why = 'not dialled yet';
  #sinceWallMs: number;

  constructor(
    deps: UpstreamDeps,
    options: StationOptions,
    { authority, refused }: { authority(): Authority; readonly refused: Refused },
  ) {
    this.#deps = deps;
    this.#authority = authority;
    const { world, state, documents } = deps;
    const { clock } = world;
    const log = world.log.child({ upstream: options.identity });
    const store = (changes: readonly StoreChange[]) => this.#store(changes);
    this.#sinceWallMs = clock.wallMs();
    this.#register = new Register(deps, options);
    this.outbox = this.#register.outbox;
    this.#expected = new Expected(clock);
    this.#turnstile = new Turnstile(clock);
    this.#variables = new Variables(documents(VARIABLE_KIND));
    this.#samples = new SampleDesk(this.#variables);
    const numbering = () => this.#register.numbering();
    const sessionOn = (number: number) => this.#register.sessionOn(number);
    const liveIds = () => new Set(deps.sessions.open().map(session => session.id));
    const site = { clock, log, state, dispatch: deps.dispatch };
    this.#wishes = new Wishes({ ...site, numbering, sessionOn, liveIds, store }, documents(PROFILE_KIND));
    this.#courier = new Courier({
      clock,
      paceMs: 1000 / options.messagesPerS,
      next: () => this.#next(),
      unanswered: () => this.#link.silent('the back office does not answer'),
    });
    this.#station = new Station({
      clock,
      log,
      boot: { kind: 'boot', vendor: 'Busbar', model: 'Busbar', serial: options.identity, firmware: deps.version },
      ask: (report, settled) => this.#courier.ask(report, settled),
      accepted: () => this.#accepted(),
      turnedAway: ms => this.#link.restart('turned away by the back office', ms),
    });
    this.desk = new SessionDesk({
      ...{ deps, store, register: this.#register, samples: this.#samples, expected: this.#expected },
      wishes: this.#wishes,
      courier: this.#courier,
      refused,
      authority,
      isLinked: () => this.isReachable(),
    });
    this.#delivery = new Delivery({
      clock,
      log,
      outbox: this.outbox,
      isHeard: () => this.#courier.isHeard(),
      store,
      started: (session, status) => this.desk.answered(session, status),
      wake: () => this.#courier.wake(),
    });
    this.#triggers = new Triggers({
      clock,
      state,
      numbering,
      station: this.#station,
      courier: this.#courier,
      statuses: this.#statuses,
      samples: this.#samples,
      toCharger: deps.command,
    });
    const sockets = {
      specOf: (number: number) => this.#register.specOf(number),
      isBusy: (spec: ConnectorSpec) => this.#register.isBusy(spec),
      isReachable: (spec: ConnectorSpec) => this.#register.isReachable(spec),
    };
    this.#availability = new Availability({ deps, store, ...sockets }, documents(AVAILABILITY_KIND));
    this.#relay = this.#relayDeps(sockets);
    this.#link = new Link(this.#linkDeps(), options);
  }

  /** What is stored of its profiles holds again: before a charger that charges is heard. */
  prepare(): void {
    this.#wishes.apply();
  }

  open(): void {
    this.#link.open();
  }

  close(): void {
    this.#look?.cancel();
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
  condition(): { readonly sinceWallMs: number; readonly why: string } {
    return { sinceWallMs: this.#sinceWallMs, why: this.#why };
  }

  /** Something at the site changed. */
  touched(): void {
    const look = () => {
      this.#look = null;
      this.#availability.catchUp();
      // A session that ended took its wish along, on disk or not.
      if (this.#wishes.stack().length > 0) this.#wishes.apply();
      const { limitsOnly } = this.#deps.state();
      if (this.isReachable() && limitsOnly === null && this.numbering().unstored.length > 0)
        void this.#register.settle().then(() => this.wake());
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
    if (!this.isReachable() || this.numbering().unstored.length > 0) return null;
    const turn = this.#delivery.next();
    if (turn !== null && turn.what !== 'samples') return turn.take();
    return this.#status(false) ?? turn?.take() ?? this.#status(true);
  }

  #status(late: boolean): Parcel | null {
    const report = this.#statuses.next(this.#deps.state(), this.numbering(), momentOf(this.#deps.world.clock), late);
    if (report === null) return null;
    const settled: Parcel['settled'] = outcome =>
      this.#statuses.settled(report, outcome.ok || outcome.why !== 'timeout');
    return { report, settled };
  }

  /** Numbers and sessions are bound once and for all before anything is sent under them. */
  async #accepted(): Promise<void> {
    this.#say('');
    this.#statuses.forget();
    await this.#register.settle();
    if (this.#station.state() !== 'accepted') return;
    this.#variables.noteHeartbeat(Math.round(this.#station.heartbeatMs() / 1000));
    this.#courier.burst();
  }

  #store(changes: readonly StoreChange[]): void {
    if (changes.length > 0) void this.#deps.commit(changes);
  }

  #say(why: string): void {
    if (this.#why === why) return;
    this.#why = why;
    this.#sinceWallMs = this.#deps.world.clock.wallMs();
  }

  // --- the link, and what comes down on it

  #linkDeps(): LinkDeps {
    return {
      world: this.#deps.world,
      connected: peer => {
        this.#say('');
        this.#courier.attach(peer);
        this.#delivery.linked();
        this.#station.linked();
      },
      lost: why => {
        this.#say(why);
        this.#station.unlinked();
        this.#courier.detach();
        this.#turnstile.clear();
      },
      command: (command, answer) => this.#asked(command, answer),
    };
  }

  #asked(command: Command, answer: (reply: Outcome<CommandReply>) => void): void {
    const run = () => relay({ ...this.#relay, authority: this.#authority() }, command, answer);
    if (!this.#turnstile.pass(command.kind, run)) answer(failed('cancelled', 'too many of these wait already'));
  }

  /** A stop that its charger takes: whatever it then calls its reason, the back office was the cause. */
  #remembering(asked: Command, settled: (outcome: Outcome<CommandReply>) => void): typeof settled {
    if (asked.kind !== 'remote-stop') return settled;
    return outcome => {
      const isTaken = outcome.ok && outcome.value.kind === 'status' && outcome.value.status === 'Accepted';
      const { sessions, world } = this.#deps;
      if (isTaken)
        this.#store(sessions.stopAsked(asked.transactionId, { by: 'remote', atWallMs: world.clock.wallMs() }));
      settled(outcome);
    };
  }

  #relayDeps(sockets: Pick<RelayDeps, 'specOf' | 'isBusy' | 'isReachable'>): Omit<RelayDeps, 'authority'> {
    const { state, world, commit, command } = this.#deps;
    const { clock } = world;
    return {
      sessions: this.#deps.sessions,
      station: this.#register.station,
      availability: this.#availability,
      ...sockets,
      variables: this.#variables,
      wishes: this.#wishes,
      resets: new Resets({
        clock,
        state,
        reset: (charger, hard) => command(charger, { kind: 'reset', hard }, () => {}),
        boot: () => this.#station.boot(),
      }),
      state,
      numbering: () => this.#register.numbering(),
      stationState: () => this.#station.state(),
      scene: () => ({
        state: state(),
        numbering: this.#register.numbering(),
        stack: this.#wishes.stack(),
        now: momentOf(clock),
        sessionOn: number => this.#register.sessionOn(number),
      }),
      commit: (changes, done) => void commit(changes).then(outcome => done(outcome.ok)),
      toCharger: (charger, asked, settled) => command(charger, asked, this.#remembering(asked, settled)),
      expect: (spec, idToken, profile) => {
        this.#authority().expects(idToken);
        this.#expected.set(spec.index, idToken, profile);
      },
      trigger: (message, number) => this.#triggers.take(message, number),
      heartbeatChanged: () => this.#station.setHeartbeat(this.#variables.heartbeatS()),
    };
  }
}
