/**
 * Adoption: a person opens the window, sees who waits, and gives one a name, a circuit and its figures. What was
 * adopted is on disk before it counts; then rows, booking and link come in one step.
 */

import { type LeftOut, type Merged, marked, merged, type StoredAdoption, tellLeftOut } from '#adopted.ts';
import { entryOf, type Waiting } from '#adoption-entry.ts';
import { assert, at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Problem } from '#base/problem.ts';
import type { AdoptionDoor } from '#chargers/chargers.ts';
import { bootTraits, type ChargerProfile } from '#chargers/quirks.ts';
import { type AdoptedEntry, adoptionNotes, withAdopted } from '#config/adopt.ts';
import type { Config } from '#config/config.ts';
import { recall } from '#recall.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import type { Store } from '#store/store.ts';
import type { World } from '#world.ts';

/** A site whose chargers are many has a file; each adopted one is checked against all others at every start. */
export const MAX_ADOPTED = 200;

export type AdoptionDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly book: Store['adopted'];
  readonly profiles: readonly ChargerProfile[];
  /** The site file as this process found it. */
  readonly file: Config;
  /** Who has no power, as people said: of these, those that were taken out are forgotten at the start. */
  readonly gone: readonly string[];
  /** What runs: the file with everything adopted. */
  config(): Config;
  state(): SiteState;
  /** Null until the charger door is open. */
  door(): AdoptionDoor | null;
  /** Takes over a configuration that grew; its fact is dispatched at once. */
  takeOver(config: Config): void;
  dispatch(event: SiteEvent): void;
};

type Start = {
  readonly world: World;
  readonly config: Config;
  readonly chargerProfiles: readonly ChargerProfile[];
};

/** Adoption on a site's store; what was adopted before is read at once. */
export function openAdoption(
  { world, config, chargerProfiles }: Start,
  store: Store,
  site: Pick<AdoptionDeps, 'config' | 'state' | 'door' | 'takeOver' | 'dispatch'>,
): Adoption {
  const { clock, log } = world;
  const gone = recall(store, log, 'marks')?.switchedOff ?? [];
  return new Adoption({ ...site, clock, log, book: store.adopted, file: config, gone, profiles: chargerProfiles });
}

export type Adopted =
  | { readonly kind: 'done'; readonly notes: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  /** `there`: under control already; `waiting`: nobody of this name waits; `file`: the site file has it. */
  | { readonly kind: 'conflict'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'unstored'; readonly detail: string };

export type AdoptedView = { readonly identity: string; readonly adoptedAtWallMs: number; readonly removed: boolean };

export type AdoptionView = {
  /** When the window closes by itself, monotonic; null where none is open. */
  readonly untilMs: number | null;
  readonly waiting: readonly Waiting[];
  readonly adopted: readonly AdoptedView[];
  readonly leftOut: readonly LeftOut[];
};

export class Adoption {
  readonly #deps: AdoptionDeps;
  #stored: readonly StoredAdoption[];
  #leftOut: readonly LeftOut[] = [];
  /** One at a time: each is checked against what the one before it left. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: AdoptionDeps) {
    this.#deps = deps;
    this.#stored = deps.book.recall();
  }

  /** The configuration that a process starts with. */
  begin(): Config {
    const { file, gone } = this.#deps;
    const isOver = ({ entry, removedAtWallMs }: StoredAdoption) =>
      removedAtWallMs !== null && gone.includes(entry.identity);
    for (const { entry } of this.#stored.filter(isOver)) void this.#deps.book.forget(entry.identity);
    this.#stored = this.#stored.filter(stored => !isOver(stored));
    const { config, leftOut } = this.merge(file);
    this.leaveOut(leftOut);
    return config;
  }

  /** What a site file says with everything adopted at its end. Changes nothing here. */
  merge(file: Config): Merged {
    return merged(file, this.#stored, this.#deps.profiles);
  }

  /** Those that did not fit the configuration that runs from now on. */
  leaveOut(leftOut: readonly LeftOut[]): void {
    this.#leftOut = leftOut;
    tellLeftOut(this.#deps.log, leftOut);
  }

  openWindow(): void {
    this.#deps.door()?.open();
  }

  closeWindow(): void {
    this.#deps.door()?.close();
  }

  shown(): AdoptionView {
    const door = this.#deps.door();
    return {
      untilMs: door?.untilMs() ?? null,
      waiting: door?.waiting() ?? [],
      adopted: this.#stored.map(({ entry, adoptedAtWallMs, removedAtWallMs }) => ({
        identity: entry.identity,
        adoptedAtWallMs,
        removed: removedAtWallMs !== null,
      })),
      leftOut: this.#leftOut,
    };
  }

  /** @param body what a person said of it, as it would stand in the site file, without its identity */
  adopt(identity: string, body: unknown): Promise<Adopted> {
    return this.#inTurn(() =>
      this.#isRemoved(identity) ? this.#mark(identity, null, 'restored') : this.#adopt(identity, body),
    );
  }

  /** Takes an adopted charger out: it gets nothing, and stays booked until a person says that it has no power. */
  remove(identity: string): Promise<Adopted> {
    return this.#inTurn(() => this.#remove(identity));
  }

  #inTurn(act: () => Promise<Adopted>): Promise<Adopted> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #adopt(identity: string, body: unknown): Promise<Adopted> {
    const { clock, profiles } = this.#deps;
    const door = this.#deps.door();
    const guest = door?.waiting().find(one => one.identity === identity);
    if (this.#indexOf(identity) >= 0) return { kind: 'conflict', why: `${identity} is part of this site already.` };
    if (door === null || guest === undefined)
      return { kind: 'unknown', why: `No charger of the name ${identity} waits to be adopted.` };
    if (this.#stored.length >= MAX_ADOPTED)
      return { kind: 'conflict', why: `${MAX_ADOPTED} chargers are adopted: write them into the site file.` };
    const { entry, problems } = entryOf(guest, door.passwordOf(identity), body);
    const grown = withAdopted(this.#deps.config(), entry, { chargers: profiles });
    const all = [...problems, ...(grown.ok ? [] : grown.problems)];
    if (all.length > 0) return { kind: 'problems', problems: all };
    const stored = { entry, adoptedAtWallMs: clock.wallMs(), removedAtWallMs: null };
    const failure = unstored(await this.#deps.book.put(stored));
    if (failure !== null) return failure;
    return this.#grow(entry, stored, guest);
  }

  /** The site file may have been read again while the disk wrote: it is grown from what stands now. */
  #grow(entry: AdoptedEntry, stored: StoredAdoption, guest: Waiting): Adopted {
    const { profiles, log } = this.#deps;
    const grown = withAdopted(this.#deps.config(), entry, { chargers: profiles });
    if (!grown.ok) {
      void this.#deps.book.forget(entry.identity);
      return { kind: 'problems', problems: grown.problems };
    }
    this.#stored = [...this.#stored.filter(other => other.entry.identity !== entry.identity), stored];
    this.#leftOut = this.#leftOut.filter(({ identity }) => identity !== entry.identity);
    const { topology } = grown.value;
    const charger = topology.chargers.length - 1;
    this.#takeOver(grown.value, charger, 'adopted');
    log.info('charger adopted', { charger: entry.identity, circuit: String(entry.circuit) });
    const notes = adoptionNotes(this.#asKnown(topology, guest));
    this.#deps.door()?.admit(at(grown.value.chargers.chargers, charger));
    return { kind: 'done', notes };
  }

  /** The site with what is known of each model by now: the file alone knows few. */
  #asKnown(topology: Topology, { boot }: Waiting): Topology {
    const { profiles, state, config } = this.#deps;
    const newest = topology.chargers.length - 1;
    return {
      ...topology,
      chargers: topology.chargers.map((spec, index) => {
        const isNew = index === newest && boot !== null;
        const overrides = at(config().traitOverrides, index);
        return {
          ...spec,
          traits: isNew ? bootTraits(profiles, spec.traits, overrides, boot) : at(state().chargers, index).traits,
        };
      }),
    };
  }

  async #remove(identity: string): Promise<Adopted> {
    const stored = this.#stored.find(({ entry }) => entry.identity === identity);
    const isLeftOut = this.#leftOut.some(other => other.identity === identity);
    const isKnown = this.#indexOf(identity) >= 0 && !isLeftOut;
    if (stored === undefined && this.#indexOf(identity) >= 0)
      return { kind: 'conflict', why: `${identity} stands in the site file: take it out there.` };
    if (stored === undefined) return { kind: 'unknown', why: `No charger of the name ${identity} was adopted.` };
    if (isKnown) return this.#mark(identity, this.#deps.clock.wallMs(), 'removed');
    const failure = unstored(await this.#deps.book.forget(identity));
    if (failure !== null) return failure;
    this.#stored = this.#stored.filter(other => other !== stored);
    this.#leftOut = this.#leftOut.filter(other => other.identity !== identity);
    return { kind: 'done', notes: [] };
  }

  async #mark(identity: string, removedAtWallMs: number | null, change: 'removed' | 'restored'): Promise<Adopted> {
    const { log, config } = this.#deps;
    const before = this.#stored.find(({ entry }) => entry.identity === identity);
    assert(before !== undefined, 'only what was adopted is taken out');
    const now = { ...before, removedAtWallMs };
    const failure = unstored(await this.#deps.book.put(now));
    if (failure !== null) return failure;
    this.#stored = this.#stored.map(stored => (stored === before ? now : stored));
    const topology = marked(config().topology, identity, change === 'removed');
    this.#takeOver({ ...config(), topology }, this.#indexOf(identity), change);
    log.info(`charger ${change}`, { charger: identity });
    return { kind: 'done', notes: [] };
  }

  /** The configuration first: whoever is told of the fact finds the new indices in it. */
  #takeOver(config: Config, charger: number, change: 'adopted' | 'removed' | 'restored'): void {
    this.#deps.takeOver(config);
    const { topology } = config;
    this.#deps.dispatch({ type: 'topology-changed', topology, charger, change, atMs: this.#deps.clock.nowMs() });
  }

  #indexOf(identity: string): number {
    return this.#deps.config().topology.chargers.findIndex(charger => charger.identity === identity);
  }

  #isRemoved(identity: string): boolean {
    return this.#deps.config().topology.chargers[this.#indexOf(identity)]?.removed === true;
  }
}

const unstored = (outcome: Outcome<void>): Adopted | null =>
  outcome.ok ? null : { kind: 'unstored', detail: outcome.detail };
