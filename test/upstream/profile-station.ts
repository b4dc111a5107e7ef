/** The one station on a desk as its back office sees it: payloads of OCPP 1.6 go in, payloads or error codes come out. */
import { momentOf } from '#base/clock.ts';
import { silentLog } from '#base/log.ts';
import { codeOf, printErrorCode } from '#ocpp/errors.ts';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { Topology } from '#site/topology.ts';
import { numberingOf } from '#upstream/numbering.ts';
import { relay } from '#upstream/relay.ts';
import type { RelayDeps } from '#upstream/relay-deps.ts';
import { facts } from '#upstream/station-facts.ts';
import { Variables } from '#upstream/variables.ts';
import { Wishes } from '#upstream/wishes.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { HandClock } from '../ocpp/hand-clock.ts';
import { type Bay, Desk } from '../site/site.ts';

export type Socket = {
  readonly phases?: 1 | 3;
  readonly maxA?: number;
  /** Direct current: W at the car for each ampere. */
  readonly dcWattsPerA?: number;
  /** A car that takes all it is granted stands there. */
  readonly car?: boolean;
};

export type CaseStep = {
  /** The process begins anew with what is on disk. */
  readonly restarts?: true;
  /** What runs on this connector ends. */
  readonly ends?: number;
  readonly action: string;
  readonly payload: object;
  /** The payload of the answer, or the code of the error. */
  readonly answer: object | string;
};

/** No fuse is in the way. */
const FUSE_A = 1_000;
const PHASES = { 1: [0], 3: [0, 1, 2] } as const;

export class Station {
  readonly clock = new HandClock();
  readonly desk: Desk;
  /** What is on disk, by key. */
  readonly disk = new Map<string, StoredDocument>();
  readonly #sessions = new Map<number, ProfileSession>();
  readonly #cars: readonly number[];
  #wishes: Wishes;

  /** Cars arrive at once; what they may have is granted within two minutes. */
  constructor(sockets: readonly Socket[], atWallMs: number) {
    this.clock.step(atWallMs - this.clock.wallMs());
    const bays = sockets.map(({ phases, maxA }): Bay => ({ phases: PHASES[phases ?? 3], maxA: maxA ?? 32 }));
    this.desk = new Desk({ bays, limits: [{ limitA: FUSE_A }], metered: false });
    this.desk.state = { ...this.desk.state, topology: withDc(this.desk.state.topology, sockets) };
    this.desk.atMs = this.clock.nowMs();
    this.#cars = sockets.flatMap(({ car }, bay) => (car === true ? [bay] : []));
    for (const bay of this.#cars) {
      this.desk.connect(bay);
      this.desk.status(bay, 'Available');
      this.desk.start(bay);
    }
    this.#wishes = this.#opened();
  }

  passTo(wallMs: number): void {
    if (this.#cars.length === 0) this.clock.step(wallMs - this.clock.wallMs());
    else while (this.clock.wallMs() < wallMs) this.#live();
  }

  restart(): void {
    this.#wishes.close();
    this.#wishes = this.#opened();
  }

  /** @param upstreamId the back office's own number */
  begin(connector: number, upstreamId: number | null, startedAtWallMs: number): void {
    this.#sessions.set(connector, { id: 700 + connector, upstreamId, startedAtWallMs });
  }

  end(connector: number): void {
    this.#sessions.delete(connector);
    this.#wishes.apply();
  }

  /** As a payload comes and goes; one that its schema does not take is an error of the test. */
  ask(action: string, payload: object): object | string {
    const decoded = dialect16.commands.decode(action, structuredClone(payload), 'strict');
    if (!decoded.ok) return printErrorCode(decoded.code, '1.6');
    const command = decoded.value;
    let said: object | string | null = null;
    relay(this.#relayDeps(), command, outcome => {
      said = outcome.ok
        ? JSON.parse(JSON.stringify(dialect16.commands.encodeReply(command, outcome.value)))
        : printErrorCode(codeOf(outcome.why), '1.6');
    });
    if (said === null) throw new Error(`${action} was not answered`);
    const violation = typeof said === 'string' ? null : ACTIONS_16.get(action)?.response.check(said);
    if (violation) throw new Error(`${action} is answered against its schema: ${violation.detail}`);
    return said;
  }

  #live(): void {
    const { clock, desk } = this;
    clock.step(1_000);
    desk.atMs = clock.nowMs();
    for (const bay of this.#cars) {
      const amps = desk.limitsA()[bay] ?? 0;
      if (amps > 0) desk.draws(bay, amps);
    }
    desk.settleAll(desk.pass().commands);
  }

  #opened(): Wishes {
    const wishes = new Wishes(
      {
        clock: this.clock,
        log: silentLog,
        state: () => this.desk.state,
        dispatch: event => this.desk.feed(event),
        numbering: this.#numbering,
        sessionOn: number => this.#sessions.get(number) ?? null,
        liveIds: () => new Set([...this.#sessions.values()].map(({ id }) => id)),
        store: changes => this.#write(changes),
      },
      [...this.disk.values()],
    );
    wishes.apply();
    return wishes;
  }

  readonly #numbering = () => numberingOf(this.desk.state.topology, []);

  #write(changes: readonly StoreChange[]): void {
    for (const change of changes)
      if (change.type === 'put') this.disk.set(change.document.key, change.document);
      else if (change.type === 'remove') this.disk.delete(change.key);
  }

  /** All that charging profiles and keys need of the room. */
  #relayDeps(): RelayDeps {
    const needed: Pick<RelayDeps, 'wishes' | 'variables' | 'facts' | 'numbering' | 'scene' | 'commit'> = {
      wishes: this.#wishes,
      variables: new Variables([]),
      facts: () =>
        facts({
          numbering: this.#numbering(),
          topology: this.desk.state.topology,
          station: { url: 'ws://csms', password: null },
          whoMayCharge: 'everyone',
        }),
      numbering: this.#numbering,
      scene: () => ({
        state: this.desk.state,
        numbering: this.#numbering(),
        stack: this.#wishes.stack(),
        now: momentOf(this.clock),
        sessionOn: number => this.#sessions.get(number) ?? null,
      }),
      commit: (changes, done) => {
        this.#write(changes);
        done(true);
      },
    };
    return needed as RelayDeps;
  }
}

const withDc = (topology: Topology, sockets: readonly Socket[]): Topology => ({
  ...topology,
  connectors: topology.connectors.map(spec => {
    const wattsPerA = sockets[spec.index]?.dcWattsPerA;
    return wattsPerA === undefined ? spec : { ...spec, dc: { wattsPerA, standbyMa: 0 } };
  }),
});
