/** What the back office may ask of the station, put together: the relay table and all that stands behind its rows. */
import { momentOf } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Session } from '#site/session.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import { AVAILABILITY_KIND, Availability } from './availability.ts';
import type { Courier } from './courier.ts';
import type { UpstreamDeps } from './deps.ts';
import type { Expected } from './expected.ts';
import { LIST_KIND, LIST_VERSION_KIND, LocalList } from './local-list.ts';
import { numberOf } from './numbering.ts';
import type { StationOptions, WhoMayCharge } from './options.ts';
import type { Register } from './register.ts';
import { relay } from './relay.ts';
import type { RelayDeps } from './relay-deps.ts';
import { RESERVATION_KIND, Reservations } from './reservations.ts';
import { Resets } from './resets.ts';
import type { SampleDesk } from './sample-desk.ts';
import type { SessionDesk } from './session-desk.ts';
import type { Station } from './station.ts';
import { facts } from './station-facts.ts';
import { Statuses } from './statuses.ts';
import { Triggers } from './triggers.ts';
import { Unlocks } from './unlocks.ts';
import { Uploads } from './uploads.ts';
import type { Variables } from './variables.ts';
import type { Wishes } from './wishes.ts';

export type CommandDeskDeps = {
  readonly deps: UpstreamDeps;
  readonly options: StationOptions;
  readonly whoMayCharge: WhoMayCharge;
  readonly register: Register;
  readonly variables: Variables;
  readonly wishes: Wishes;
  readonly samples: SampleDesk;
  readonly expected: Expected;
  readonly courier: Courier;
  readonly station: Station;
  authority(): Authority;
  sessions(): SessionDesk;
  /** Answers once it is on disk. */
  givePassword(value: string, answer: (isTaken: boolean) => void): void;
  /** Written down without anyone waiting for it. */
  store(changes: readonly StoreChange[]): void;
};

/** A start that is older waited in its charger while it was away. */
const JUST_NOW_MS = 60_000;
/** Starts that were let in, the newest of a large site: one that is told again is not judged again. */
const LET_IN_KEPT = 1_000;

/** How a socket is asked for. */
type Sockets = {
  specOf(number: number): ConnectorSpec | null;
  isBusy(spec: ConnectorSpec): boolean;
  isReachable(spec: ConnectorSpec): boolean;
};

export class CommandDesk {
  readonly availability: Availability;
  readonly reservations: Reservations;
  readonly localList: LocalList;
  readonly statuses: Statuses;
  readonly #desk: CommandDeskDeps;
  readonly #uploads: Uploads;
  readonly #letIn = new Set<number>();
  readonly #relay: Omit<RelayDeps, 'authority'>;

  constructor(desk: CommandDeskDeps) {
    this.#desk = desk;
    const { deps, register, courier, variables, store } = desk;
    const { clock } = deps.world;
    const { documents, state } = deps;
    const sockets: Sockets = {
      specOf: number => register.specOf(number),
      isBusy: spec => register.isBusy(spec),
      isReachable: spec => register.isReachable(spec),
    };
    const changed = () => void clock.after('told from above', 0, () => courier.wake());
    this.availability = new Availability({ deps, store, changed, ...sockets }, documents(AVAILABILITY_KIND));
    const isEnabled = () => variables.isOn('LocalAuthListEnabled');
    this.localList = new LocalList(isEnabled, documents(LIST_KIND), documents(LIST_VERSION_KIND));
    this.reservations = new Reservations(
      {
        ...{ clock, state, changed, ...sockets },
        numbers: () => register.numbering().sockets.map(({ number }) => number),
        isOut: number => this.availability.isOut(number),
        toCharger: deps.command,
        commit: (changes, done) => this.#commit(changes, done),
      },
      documents(RESERVATION_KIND),
    );
    this.statuses = new Statuses({
      isOut: number => this.availability.isOut(number),
      isReserved: number => this.reservations.of(number) !== null,
    });
    this.#uploads = this.#openUploads();
    this.#relay = this.#relayDeps(sockets);
  }

  /** Answers once. */
  take(command: Command, answer: (reply: Outcome<CommandReply>) => void): void {
    relay({ ...this.#relay, authority: this.#desk.authority() }, command, answer);
  }

  /** A session that begins just now: whether it may, where it does. One whose word waited in a charger is history. */
  mayBegin({ id, charger, connectorId, idToken, beganWallMs }: Session): boolean {
    const { deps, register, authority } = this.#desk;
    const number = numberOf(register.numbering(), charger, connectorId);
    if (number === null || this.#letIn.has(id) || deps.world.clock.wallMs() - beganWallMs > JUST_NOW_MS) return true;
    const group = authority().groupOf(idToken);
    if (this.availability.isOut(number) || !this.reservations.mayUse(number, idToken, group)) return false;
    const used = this.reservations.usedBy(number, idToken, group);
    if (used !== null) this.reservations.used(used);
    this.#letIn.add(id);
    const [oldest = id] = this.#letIn;
    if (this.#letIn.size > LET_IN_KEPT) this.#letIn.delete(oldest);
    return true;
  }

  /** Something at the site changed. */
  look(): void {
    this.availability.catchUp();
    this.reservations.look();
  }

  close(): void {
    this.reservations.close();
    this.#uploads.close();
  }

  #commit(changes: readonly StoreChange[], done: (isStored: boolean) => void): void {
    void this.#desk.deps.commit(changes).then(outcome => done(outcome.ok));
  }

  #openUploads(): Uploads {
    const { deps, options, courier } = this.#desk;
    const { clock, log } = deps.world;
    return new Uploads({
      clock,
      log,
      identity: options.identity,
      contents: (from, to) => deps.diagnostics(from, to),
      upload: order => deps.world.upload(order),
      tell: report => courier.ask(report, () => {}),
    });
  }

  #openTriggers(): Triggers {
    const { deps, register, station, courier, samples } = this.#desk;
    return new Triggers({
      ...{ station, courier, samples, uploads: this.#uploads, statuses: this.statuses },
      clock: deps.world.clock,
      state: deps.state,
      numbering: () => register.numbering(),
      toCharger: deps.command,
    });
  }

  #openResets({ specOf }: Sockets): Resets {
    const { deps, options, station, variables } = this.#desk;
    return new Resets({
      clock: deps.world.clock,
      state: deps.state,
      specOf,
      scope: options.resetScope,
      retries: () => variables.resetRetries(),
      reset: (charger, hard, settled) => deps.command(charger, { kind: 'reset', hard }, settled),
      boot: () => station.boot(),
    });
  }

  #relayDeps(sockets: Sockets): Omit<RelayDeps, 'authority'> {
    const { deps, options, whoMayCharge, register, variables, wishes, expected, station } = this.#desk;
    const { clock } = deps.world;
    const numbering = () => register.numbering();
    return {
      ...{ ...sockets, variables, wishes, numbering },
      ...{ availability: this.availability, reservations: this.reservations, localList: this.localList },
      sessions: deps.sessions,
      station: register.station,
      uploads: this.#uploads,
      triggers: this.#openTriggers(),
      resets: this.#openResets(sockets),
      unlocks: new Unlocks({
        ...sockets,
        clock,
        toCharger: deps.command,
        end: spec => this.#desk.sessions().end(spec),
      }),
      state: deps.state,
      stationState: () => station.state(),
      facts: () => facts({ numbering: numbering(), topology: deps.state().topology, station: options, whoMayCharge }),
      scene: () => ({
        state: deps.state(),
        numbering: numbering(),
        stack: wishes.stack(),
        now: momentOf(clock),
        sessionOn: number => register.sessionOn(number),
      }),
      commit: (changes, done) => this.#commit(changes, done),
      toCharger: deps.command,
      stoppedFromAbove: id => this.#desk.store(deps.sessions.stopAsked(id, { by: 'remote', atWallMs: clock.wallMs() })),
      expect: (spec, idToken, profile) => {
        this.#desk.authority().expects(idToken);
        expected.set(spec.index, idToken, profile);
      },
      givePassword: this.#desk.givePassword,
      keyChanged: key => {
        if (key === 'HeartbeatInterval') station.setHeartbeat(variables.heartbeatS());
        if (key === 'AuthorizationCacheEnabled' && !variables.isOn(key)) this.#desk.authority().forget();
      },
    };
  }
}
