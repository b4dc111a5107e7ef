/**
 * The back office's charging profiles as they bear on the site: a ceiling for each socket, and one limit over all
 * cars (design §5). The rules are the court's (`site/charging-profile`); this owns the timer and what is stored.
 */
import { at } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { NO_LIMIT_MA, triple } from '#base/units.ts';
import { type Wish, wishOf } from '#site/charging-profile/csms-wish.ts';
import { BACK_OFFICE } from '#site/charging-profile/outlook.ts';
import type {
  ProfileContext,
  ProfileOutcome,
  ProfileRefusal,
  ProfileSession,
} from '#site/charging-profile/profile-rules.ts';
import {
  clearProfiles,
  installProfile,
  NO_PROFILES,
  type ProfileFilter,
  type ProfileStack,
  startRefusal,
  withoutEnded,
} from '#site/charging-profile/profile-stack.ts';
import type { ChargingProfile } from '#site/command.ts';
import type { SiteEvent } from '#site/event.ts';
import type { CsmsWish, OutsideLimit, SiteState } from '#site/state.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { Numbering } from './numbering.ts';
import { changesBetween, recalled } from './stored-profiles.ts';

export const PROFILE_KIND = 'csms-profile';
/** The wall clock may be set: what begins by it is looked at again so often. */
const LOOK_AGAIN_MS = 600_000;

export type WishesDeps = {
  readonly clock: Clock;
  readonly log: Log;
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  numbering(): Numbering;
  /** What runs on a connector number. */
  sessionOn(number: number): ProfileSession | null;
  liveIds(): ReadonlySet<number>;
  store(changes: readonly StoreChange[]): void;
};

export class Wishes {
  readonly #deps: WishesDeps;
  #stack: ProfileStack = NO_PROFILES;
  /** What the disk is to be told of what it told us. */
  #owed: readonly StoreChange[];
  #timer: Timer | null = null;

  constructor(deps: WishesDeps, stored: readonly StoredDocument[]) {
    this.#deps = deps;
    const { stack, changes } = recalled(stored);
    this.#stack = stack;
    this.#owed = changes;
  }

  stack(): ProfileStack {
    return this.#stack;
  }

  install(
    number: number,
    profile: ChargingProfile,
  ): { readonly outcome: ProfileOutcome; readonly changes: readonly StoreChange[] } {
    const { clock, log } = this.#deps;
    const { stack, outcome } = installProfile(this.#stack, profile, clock.wallMs(), this.#contextOf(number));
    if (outcome.status === 'Rejected')
      log.warn('a charging profile was not taken', { connector: number, id: profile.id, why: outcome.detail });
    const moved = this.#stack.find(old => old.profile.id === profile.id && old.connector !== number);
    if (outcome.status === 'Accepted' && moved !== undefined)
      log.warn('a charging profile left its connector', { id: profile.id, from: moved.connector, to: number });
    return { outcome, changes: this.#take(stack) };
  }

  /** Why a session could not be started with this profile, or null; nothing is installed yet. */
  startRefusal(number: number, profile: ChargingProfile): ProfileRefusal | null {
    const { clock, log } = this.#deps;
    const refusal = startRefusal(this.#stack, profile, clock.wallMs(), this.#contextOf(number));
    if (refusal !== null)
      log.warn('a start with a charging profile was refused', { connector: number, why: refusal.detail });
    return refusal;
  }

  /** Whether anything was cleared, and what that changes on disk. */
  clear(filter: ProfileFilter): { readonly found: boolean; readonly changes: readonly StoreChange[] } {
    const { stack, cleared } = clearProfiles(this.#stack, filter);
    return { found: cleared.length > 0, changes: this.#take(stack) };
  }

  /** What the profiles say now becomes what the site knows; called when a session began or ended, and by the timer. */
  apply(): void {
    this.#deps.store([...this.#owed, ...this.#take(withoutEnded(this.#stack, this.#deps.liveIds()))]);
    this.#owed = [];
    const { clock, state } = this.#deps;
    const atWallMs = clock.wallMs();
    const { nominalV } = state().topology;
    const nexts: number[] = [this.#applyStation(wishOf(this.#stack, 0, atWallMs, null, nominalV))];
    for (const { number, index } of this.#deps.numbering().sockets) {
      if (index === null) continue;
      const { dc } = at(state().topology.connectors, index);
      const wish = wishOf(this.#stack, number, atWallMs, this.#deps.sessionOn(number), dc === null ? nominalV : null);
      nexts.push(this.#applySocket(index, wish));
    }
    this.#timer?.cancel();
    const nextMs = Math.min(...nexts) - atWallMs;
    if (this.#stack.length === 0) return;
    this.#timer = clock.after('charging profiles', Math.min(Math.max(nextMs, 0), LOOK_AGAIN_MS), () => this.apply());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #applySocket(connector: number, wish: Wish): number {
    const { clock, dispatch, state } = this.#deps;
    const before = at(state().connectors, connector).wish;
    const { limitMa, limitW, profileId } = wish;
    const now: CsmsWish | null = profileId === null ? null : { limitMa, limitW, profileId };
    const isSame =
      before?.limitMa === now?.limitMa && before?.limitW === now?.limitW && before?.profileId === now?.profileId;
    if (!isSame) dispatch({ type: 'wish-set', connector, wish: now, atMs: clock.nowMs() });
    return wish.nextChangeWallMs ?? Number.POSITIVE_INFINITY;
  }

  #applyStation(wish: Wish): number {
    const { clock, dispatch, state } = this.#deps;
    const { limitMa, limitW, nextChangeWallMs } = wish;
    const before = state().outsideLimits.find(limit => limit.source === BACK_OFFICE);
    const atMs = clock.nowMs();
    const wantedMa = limitMa ?? NO_LIMIT_MA;
    if (limitMa === null && limitW === null) {
      if (before !== undefined) dispatch({ type: 'limits-cleared', source: BACK_OFFICE, atMs });
    } else if (before === undefined || before.limitMa[0] !== wantedMa || before.limitW !== limitW)
      dispatch({
        type: 'limits-set',
        source: BACK_OFFICE,
        limits: [overAllCars(state(), wantedMa, limitW, atMs)],
        atMs,
      });
    return nextChangeWallMs ?? Number.POSITIVE_INFINITY;
  }

  #contextOf(number: number): ProfileContext {
    return { connector: number, acPhases: this.#acPhases(), session: this.#deps.sessionOn(number) };
  }

  /** By connector number from 1: phases of its alternating current; 0 for direct current and an empty slot. */
  #acPhases(): readonly number[] {
    const { topology } = this.#deps.state();
    return this.#deps.numbering().sockets.map(({ index }) => {
      const spec = index === null ? null : at(topology.connectors, index);
      return spec === null || spec.dc !== null ? 0 : spec.phases.length;
    });
  }

  #take(stack: ProfileStack): readonly StoreChange[] {
    const before = this.#stack;
    this.#stack = stack;
    return stack === before ? [] : changesBetween(PROFILE_KIND, before, stack);
  }
}

const overAllCars = ({ topology }: SiteState, limitMa: number, limitW: number | null, atMs: number): OutsideLimit => ({
  source: BACK_OFFICE,
  circuit: topology.circuits.findIndex(circuit => circuit.parent < 0),
  limitMa: triple(limitMa),
  limitW,
  evOnly: true,
  validUntilMs: null,
  validUntilWallMs: null,
  failSafeMa: null,
  setAtMs: atMs,
});
