/** The back office of one station: its link and what goes over it, put together. */
import { at } from '#base/assert.ts';
import { momentOf, type Timer } from '#base/clock.ts';
import type { AuthorizationStatus, Report } from '#site/report.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import type { Book } from './book.ts';
import { Courier, type Parcel } from './courier.ts';
import { Delivery } from './delivery.ts';
import type { UpstreamDeps } from './deps.ts';
import { Expected } from './expected.ts';
import { Link } from './link.ts';
import { type Numbering, numberOf, socketOf } from './numbering.ts';
import type { StationOptions } from './options.ts';
import { Register } from './register.ts';
import { type RelayDeps, relay } from './relay.ts';
import { Resets } from './resets.ts';
import { SampleDesk } from './sample-desk.ts';
import type { Session } from './session.ts';
import { Station, type StationState } from './station.ts';
import { Statuses } from './statuses.ts';
import { Triggers } from './triggers.ts';
import { VARIABLE_KIND, Variables } from './variables.ts';
import { PROFILE_KIND, Wishes } from './wishes.ts';

/** Changes of the site are looked at together, so that a burst of them makes one message. */
const LOOK_MS = 1_000;
/** A charger that was told no itself stops by itself; then nothing is to be asked of it. */
const STOP_REFUSED_MS = 5_000;

type Samples = Extract<Report, { kind: 'meter-values' }>;

export class Office {
  readonly book: Book;
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
  readonly #triggers: Triggers;
  readonly #relay: Omit<RelayDeps, 'authority'>;
  readonly #expected: Expected;
  #look: Timer | null = null;
  #why = 'not dialled yet';
  #sinceWallMs: number;

  constructor(deps: UpstreamDeps, options: StationOptions, authority: () => Authority) {
    this.#deps = deps;
    this.#authority = authority;
    const { world, state, documents } = deps;
    const { clock } = world;
    const log = world.log.child({ upstream: options.identity });
    const store = (changes: readonly StoreChange[]) => this.#store(changes);
    this.#sinceWallMs = clock.wallMs();
    this.#register = new Register(deps, options);
    this.book = this.#register.book;
    this.#expected = new Expected(clock);
    this.#variables = new Variables(documents(VARIABLE_KIND));
    this.#samples = new SampleDesk(this.#variables);
    const numbering = () => this.#register.numbering();
    const sessionOn = (number: number) => this.#register.sessionOn(number);
    const liveIds = () => new Set(this.book.live().map(session => session.id));
    const site = { clock, log, state, dispatch: deps.dispatch };
    this.#wishes = new Wishes({ ...site, numbering, sessionOn, liveIds, store }, documents(PROFILE_KIND));
    this.#courier = new Courier({
      clock,
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
    this.#delivery = new Delivery({
      clock,
      log,
      book: this.book,
      station: this.#register.station,
      store,
      started: (session, status) => this.#started(session, status),
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
    this.#relay = this.#relayDeps();
    this.#link = new Link(
      {
        world,
        connected: peer => {
          this.#say('');
          this.#courier.attach(peer);
          this.#station.linked();
        },
        lost: why => {
          this.#say(why);
          this.#station.unlinked();
          this.#courier.detach();
        },
        command: (command, answer) => relay({ ...this.#relay, authority: this.#authority() }, command, answer),
      },
      options,
    );
  }

  open(): void {
    this.#wishes.apply();
    this.#link.open();
  }

  close(): void {
    this.#look?.cancel();
    this.#wishes.close();
    this.#station.close();
    this.#courier.detach();
    this.#link.close();
  }

  ask: Courier['ask'] = (report, settled) => this.#courier.ask(report, settled);

  isReachable = (): boolean => this.#station.state() === 'accepted';

  stateWord = (): StationState => this.#station.state();

  numbering = (): Numbering => this.#register.numbering();

  figures = () => this.book.figures(this.#register.station);

  /** Since when it is as it is, and why it is not connected. */
  condition(): { readonly sinceWallMs: number; readonly why: string } {
    return { sinceWallMs: this.#sinceWallMs, why: this.#why };
  }

  /** A session is on disk. */
  begun(session: Session): void {
    const number = numberOf(this.numbering(), session.charger, session.connectorId) ?? 0;
    const index = socketOf(this.numbering(), number)?.index ?? -1;
    const profile = this.#expected.take(index, session.idToken);
    if (profile !== null) this.#store(this.#wishes.install(number, profile).changes);
    this.#wishes.apply();
    this.#courier.wake();
  }

  ended(session: number): void {
    this.#samples.ended(session);
    this.#wishes.apply();
    this.#courier.wake();
  }

  /** Samples of a charger: what of them goes up, as changes of the store. */
  sampled(spec: ConnectorSpec, report: Samples): readonly StoreChange[] {
    const { state, world } = this.#deps;
    const { identity } = at(state().topology.chargers, spec.charger);
    const named = report.transactionId === null ? null : this.book.session(report.transactionId);
    const session = named?.charger === identity ? named : this.book.liveOn(identity, spec.connectorId);
    const scene = { connector: spec.index, session, state: state(), isLinked: this.isReachable() };
    const samples = this.#samples.chosen(report.samples, { ...scene, now: momentOf(world.clock) });
    if (samples.length === 0) return [];
    if (session !== null) return this.book.sampled(session, samples);
    const connectorId = numberOf(this.numbering(), identity, spec.connectorId) ?? 0;
    this.#courier.ask({ kind: 'meter-values', connectorId, transactionId: null, samples }, () => {});
    return [];
  }

  /** Something at the site changed. */
  touched(): void {
    const look = () => {
      this.#look = null;
      if (this.isReachable() && this.numbering().unstored.length > 0)
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
    const { clock } = this.#deps.world;
    const report = this.#statuses.next(this.#deps.state(), this.numbering(), clock.nowMs(), clock.wallMs());
    if (report !== null) return { report, settled() {} };
    return turn === null ? null : turn.take();
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

  #started(session: Session, status: AuthorizationStatus): void {
    this.#authority().heard(session.idToken, status);
    this.#wishes.apply();
    if (status === 'Accepted') return;
    this.#store(this.book.refused(session));
    this.#deps.world.clock.after('stop a refused session', STOP_REFUSED_MS, () => {
      const charger = this.#deps.state().topology.chargers.find(({ identity }) => identity === session.charger);
      if (charger !== undefined && this.book.session(session.id)?.endedAtWallMs === null)
        this.#deps.command(charger.index, { kind: 'remote-stop', transactionId: session.id }, () => {});
    });
  }

  #store(changes: readonly StoreChange[]): void {
    if (changes.length > 0) void this.#deps.commit(changes);
  }

  #say(why: string): void {
    if (this.#why === why) return;
    this.#why = why;
    this.#sinceWallMs = this.#deps.world.clock.wallMs();
  }

  // --- what comes down

  #relayDeps(): Omit<RelayDeps, 'authority'> {
    const { state, world, commit, command } = this.#deps;
    const { clock } = world;
    return {
      book: this.book,
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
      toCharger: command,
      expect: (spec, idToken, profile) => {
        this.#authority().expects(idToken);
        if (profile !== null) this.#expected.add(spec.index, idToken, profile);
      },
      trigger: (message, number) => this.#triggers.take(message, number),
      heartbeatChanged: () => this.#station.setHeartbeat(this.#variables.heartbeatS()),
    };
  }
}
