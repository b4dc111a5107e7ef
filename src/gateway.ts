/**
 * The hall: the only file that knows every room. Facts come in through `dispatch`, what chargers say
 * through `report`; `pass` turns the state into commands. All else is a call that can be followed.
 */
import { type Adoption, openAdoption } from '#adoption.ts';
import { businessOf, openBackOffice } from '#back-office.ts';
import { assert, at } from '#base/assert.ts';
import type { ChargerClock } from '#base/charger-clock.ts';
import type { Outcome } from '#base/outcome.ts';
import { type ChargersHandle, openChargers } from '#chargers/chargers.ts';
import { type BootWords, bootTraits, type ChargerProfile } from '#chargers/quirks.ts';
import type { Config } from '#config/config.ts';
import { compareConfigs } from '#config/reload.ts';
import { configuredFacts } from '#configured.ts';
import { type Deadman, openDeadman } from '#deadman.ts';
import { type Ems, openEms } from '#ems/ems.ts';
import { type HearingDeps, hear } from '#hearing.ts';
import { type History, type Nightly, openHistory } from '#history/history.ts';
import type { SendPoints } from '#history/influx.ts';
import { type Decide, Loop } from '#loop.ts';
import type { MetersHandle } from '#meters/meters.ts';
import type { MeterProfile } from '#meters/profile.ts';
import { MissingStops } from '#missing-stops.ts';
import { ReadinessWord } from '#readiness-word.ts';
import { MarkKeeper, openChargerClock, recallState, WrittenKeeper } from '#recall.ts';
import { Sending } from '#sending.ts';
import { openSessionLedger, type SessionLedger } from '#session-ledger.ts';
import type { SiteEvent } from '#site/event.ts';
import { gateView } from '#site/gate/view.ts';
import { isIdle } from '#site/idle.ts';
import { notReady } from '#site/readiness.ts';
import { reduce } from '#site/reduce.ts';
import type { LimitsOnly, SiteState } from '#site/state.ts';
import type { ChargerSpec, ChargerTraits } from '#site/topology.ts';
import { connectorsWithoutStatus } from '#site/unheard.ts';
import { urgencyOf } from '#site/urgency.ts';
import { openSiteMeters } from '#site-meters.ts';
import { openStore, type Store, type WatchedRecords, watchRecords } from '#store/store.ts';
import type { Upstream } from '#upstream/upstream.ts';
import { type DemoLine, openWeb, type WebHandle } from '#web/web.ts';
import type { RecordStore, World } from '#world.ts';

export type GatewayOptions = {
  readonly config: Config;
  readonly world: World;
  readonly chargerProfiles: readonly ChargerProfile[];
  readonly meterProfiles: ReadonlyMap<string, MeterProfile>;
  readonly dataFolder: string | null;
  /** It ended by bugs lately: it begins in limits-only mode, for so long at least (design §3). */
  readonly limitsOnly?: { readonly why: string; readonly forMs: number } | null;
  /** False where nobody looks: no HTTP door, no history. */
  readonly seen: boolean;
  readonly loopbackWrites: boolean;
  readonly nightly: Nightly | null;
  readonly sendPoints: SendPoints | null;
  readonly demo?: DemoLine | null;
  /** Told of every pass that came to its end. */
  readonly passed?: (state: SiteState, atMs: number) => void;
  /** A simulated hang; nothing else than `pass` decides (loop.ts). */
  readonly decide?: Decide | undefined;
};

export type Gateway = {
  state(): SiteState;
  /** Port of the charger door and of the web door (null without one). */
  readonly ports: { readonly chargers: number; readonly web: number | null };
  putLimits: Ems['put'];
  readonly deadman: Deadman;
  readonly adoption: Adoption;
  /** Takes over what a new site file may change at once; anything electrical waits for a restart. */
  reload(next: Config): void;
  close(): Promise<void>;
};

/** Opens every room. Fails with words when a port is taken or the state folder cannot be opened. */
export async function openGateway(options: GatewayOptions): Promise<Outcome<Gateway>> {
  const records = options.world.openStore(options.dataFolder);
  if (!records.ok) return records;
  const hall = new Hall(options, records.value);
  const opened = await hall.open();
  if (!opened.ok) await hall.close();
  return opened;
}

class Hall {
  readonly #options: GatewayOptions;
  readonly #world: World;
  readonly #records: WatchedRecords;
  readonly #store: Store;
  readonly #history: History | null;
  readonly #ems: Ems;
  readonly #upstream: Upstream;
  readonly #loop: Loop;
  readonly #deadman: Deadman;
  readonly #adoption: Adoption;
  readonly #chargerClock: ChargerClock;
  readonly #marks: MarkKeeper;
  readonly #written: WrittenKeeper;
  readonly #hearing: HearingDeps;
  readonly #sending: Sending;
  readonly #missingStops: MissingStops;
  readonly #ledger: SessionLedger;
  #chargers: ChargersHandle | null = null;
  #meters: MetersHandle | null = null;
  #web: WebHandle | null = null;
  #config: Config;
  #state: SiteState;
  #dispatching = false;
  readonly #readiness: ReadinessWord;

  constructor(options: GatewayOptions, records: RecordStore) {
    const { world, nightly, sendPoints } = options;
    this.#options = options;
    this.#config = options.config;
    this.#world = world;
    const { clock, log } = world;
    this.#readiness = new ReadinessWord(log);
    const changed = (limitsOnly: LimitsOnly | null) =>
      this.dispatch({ type: 'durability', limitsOnly, atMs: clock.nowMs() });
    this.#records = watchRecords({ clock, log, records, changed });
    const common = { clock, log, records: this.#records };
    const topology = () => this.#config.topology;
    const site = { state: () => this.#state, dispatch: (event: SiteEvent) => this.dispatch(event) };
    const business = businessOf(clock, () => this.#upstream, site.dispatch);
    this.#store = openStore({ ...common, topology, business });
    this.#deadman = openDeadman(world, this.#store, { ...site, chargers: () => this.#chargers });
    this.#adoption = openAdoption(options, this.#store, {
      ...site,
      config: () => this.#config,
      takeOver: grown => {
        this.#config = grown;
      },
      door: () => this.#chargers?.adoption ?? null,
    });
    this.#config = this.#adoption.begin();
    const traitsOf = (charger: ChargerSpec, model: BootWords) => this.#traitsOf(charger, model);
    this.#state = recallState(this.#store, topology(), traitsOf, common);
    this.#marks = new MarkKeeper(this.#store, this.#state);
    this.#written = new WrittenKeeper(this.#store, clock);
    this.#chargerClock = openChargerClock(this.#store, common, () => isIdle(this.#state, world.clock.nowMs()));
    const history = { ...common, nightly, sendPoints, timezone: this.#config.siteTimezone };
    this.#history = options.seen ? openHistory(history, this.#config.history) : null;
    this.#loop = new Loop({
      ...site,
      clock,
      send: command => this.#sending.send(command),
      checkFailed: () => log.error('an allocation failed its check; safe grants stand in'),
      decide: options.decide,
    });
    this.#ems = openEms({ clock: world.clock, topology, dispatch: site.dispatch });
    const { sessions, schedules } = this.#store;
    const door = { ...site, world, records: this.#records, sessions, chargers: () => this.#chargers };
    const atChargerMs = () => this.#chargerClock.nowMs();
    this.#upstream = openBackOffice(door, this.#config.upstream);
    this.#hearing = { ...door, upstream: this.#upstream, atChargerMs, traitsOf };
    this.#sending = new Sending({ ...door, schedules, atChargerMs });
    const ledger = { clock, store: this.#store, nightly, timezone: this.#config.siteTimezone };
    this.#ledger = openSessionLedger({ ...ledger, upstream: () => this.#upstream });
    this.#missingStops = new MissingStops({ ...door, isFull: () => this.#upstream.isFull() });
  }

  async open(): Promise<Outcome<Gateway>> {
    const { meterProfiles, config, limitsOnly } = this.#options;
    if (limitsOnly) this.#records.hold(limitsOnly.why, limitsOnly.forMs);
    this.#followConfig();
    this.#upstream.prepare();
    const door = await this.#openChargers();
    if (!door.ok) return door;
    this.#chargers = door.value;
    const web = this.#options.seen ? await this.#openWeb() : null;
    if (web !== null && !web.ok) return web;
    this.#web = web?.value ?? null;
    this.#meters = openSiteMeters(this.#world, meterProfiles, config.meters, event => this.dispatch(event));
    this.#upstream.open();
    this.#missingStops.open();
    this.#loop.turn(null);
    return { ok: true, value: this.#handle(door.value.port) };
  }

  #handle(chargersPort: number): Gateway {
    return {
      state: () => this.#state,
      ports: { chargers: chargersPort, web: this.#web?.port ?? null },
      putLimits: (source, body) => this.#ems.put(source, body),
      deadman: this.#deadman,
      adoption: this.#adoption,
      reload: next => this.#reload(next),
      close: () => this.close(),
    };
  }

  #reload(file: Config): void {
    const { config: next, leftOut } = this.#adoption.merge(file);
    const { live, restart } = compareConfigs(this.#config, next);
    for (const change of restart) this.#world.log.warn('the new site file waits for a restart', { change });
    if (restart.length > 0) return;
    this.#config = next;
    this.#adoption.leaveOut(leftOut);
    this.#state = { ...this.#state, topology: next.topology };
    this.#followConfig();
    this.#chargers?.reconfigure(next.chargers);
    this.#web?.reconfigure(next.web);
    for (const change of live) this.#world.log.info('taken over from the new site file', { change });
  }

  async close(): Promise<void> {
    this.#sending.close();
    this.#loop.close();
    this.#deadman.close();
    this.#missingStops.close();
    this.#ledger.close();
    this.#upstream.close();
    await this.#meters?.close();
    await this.#web?.close();
    await this.#chargers?.close();
    await this.#history?.close();
    await this.#records.close();
  }

  /** One fact: reduced at once, told to the observers, and followed by a pass where it matters. */
  dispatch(event: SiteEvent): void {
    assert(!this.#dispatching, `dispatch of ${event.type} inside a dispatch`);
    const before = this.#state;
    this.#dispatching = true;
    try {
      this.#state = reduce(before, event);
      this.#history?.observe(this.#state, event);
    } finally {
      this.#dispatching = false;
    }
    if (event.type === 'limits-set' || event.type === 'limits-cleared')
      void this.#store.remember('outside-limits', this.#state.outsideLimits);
    if (event.type === 'passed') {
      this.#readiness.tell(this.#state, event.atMs);
      this.#store.schedules.lower(this.#state);
      this.#marks.keep(this.#state, event.atMs);
      this.#written.keep(this.#state);
      this.#options.passed?.(this.#state, event.atMs);
    }
    if (event.type !== 'meter-sampled') this.#upstream.touched();
    this.#loop.want(urgencyOf(event, before, this.#state), event.type === 'meter-sampled' ? event.atMs : null);
  }

  /** What the configuration and the profiles say of a model; what a test here has shown goes before it. */
  #traitsOf({ index, traits }: ChargerSpec, model: BootWords): ChargerTraits {
    const overrides = at(this.#config.traitOverrides, index);
    return this.#deadman.traits(bootTraits(this.#options.chargerProfiles, traits, overrides, model), model);
  }

  #openChargers(): Promise<Outcome<ChargersHandle>> {
    const { clock } = this.#world;
    return openChargers(
      {
        world: this.#world,
        profiles: this.#options.chargerProfiles,
        former: this.#store.former,
        profileId: charger => at(this.#state.chargers, charger).traits.profileId,
        toldMs: () => this.#chargerClock.nowMs(),
        connectorsWithoutStatus: charger => connectorsWithoutStatus(this.#state, charger),
        report: (charger, report, atMs, answered) => hear(this.#hearing, charger, report, atMs, answered),
        connected: (charger, generation, ocppVersion) =>
          this.dispatch({ type: 'charger-connected', charger, generation, ocppVersion, atMs: clock.nowMs() }),
        lost: (charger, generation, detail) =>
          this.dispatch({ type: 'charger-lost', charger, generation, detail, atMs: clock.nowMs() }),
      },
      this.#config.chargers,
    );
  }

  #openWeb(): Promise<Outcome<WebHandle>> {
    const { clock } = this.#world;
    return openWeb(
      {
        ...{ clock, log: this.#world.log },
        loopbackWrites: this.#options.loopbackWrites,
        preset: this.#options.config.preset,
        state: () => this.#state,
        gate: () => gateView(this.#state, clock.nowMs()),
        loop: () => this.#loop.figures(),
        notReady: () => notReady(this.#state, clock.nowMs()),
        refused: () => (this.#chargers?.unknown() ?? []).toReversed(),
        upstream: () => this.#upstream.figures(),
        sessions: () => this.#ledger.recent(),
        sessionsOn: day => this.#ledger.onDay(day),
        happened: limit => this.#history?.happened(limit) ?? [],
        putLimits: (source, body) => this.#ems.put(source, body),
        clearLimits: source => this.#ems.clear(source),
        deadman: this.#deadman,
        demo: this.#options.demo ?? null,
        adoption: this.#adoption,
        mark: (charger, mark) => this.dispatch({ type: 'charger-marked', charger, mark, atMs: clock.nowMs() }),
      },
      this.#options.config.web,
    );
  }

  #followConfig(): void {
    for (const fact of configuredFacts(this.#config, this.#state, this.#world)) this.dispatch(fact);
  }
}
