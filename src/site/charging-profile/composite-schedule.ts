/**
 * GetCompositeSchedule answered truthfully (5.7): not what the back office asked for but what Busbar will allow, as
 * far as it is known now. Until the first change that is known of, that is the grant in force; from then on the
 * lowest of the back office's own profiles and of what all other limits leave.
 */
import { at } from '#base/assert.ts';
import { type PhaseIndex, type Quad, quad } from '#base/units.ts';
import type { ChargingPeriod, ChargingSchedule, RateUnit } from '#site/command.ts';
import { type Wish, wishOf } from './csms-wish.ts';
import { connectorSpeakers } from './profile-precedence.ts';
import { asIfBegun, MAX_PERIODS, type ProfileSession } from './profile-rules.ts';
import type { ProfileStack } from './profile-stack.ts';
import { type Told, toldFrom } from './whole-seconds.ts';

/** What is known of a connector beside the back office's profiles. Currents in mA on each active phase. */
export type SocketOutlook = {
  /** Number at the back office. */
  readonly connector: number;
  readonly session: ProfileSession | null;
  /** In force now; null where nobody asks for current. */
  readonly grantMa: number | null;
  /** What all others leave it from each instant on; in order, the first counts from now. */
  readonly leaves: readonly { readonly fromWallMs: number; readonly limitMa: number }[];
  /** Grid phases that its car uses, or those it is wired to. */
  readonly phases: readonly PhaseIndex[];
  /** W at the socket for each ampere on each of them. */
  readonly wattsPerA: number;
  /** The least that can be given; below it the car pauses. */
  readonly minMa: number;
  readonly isDc: boolean;
};

/** The station as a whole. */
export type StationOutlook = {
  readonly nominalV: number;
  readonly supplyPhases: 1 | 3;
  /** What the site leaves all cars together, without the back office's own limits; in order, the first from now. */
  readonly leaves: readonly { readonly afterMs: number; readonly limitMa: Quad }[];
};

export type CompositeQuery = {
  /** Number at the back office; 0: what the whole station will take from the grid (errata 3.30). */
  readonly connector: number;
  readonly atWallMs: number;
  readonly durationS: number;
  readonly unit: RateUnit;
};

/** A week shows what recurs weekly once; further ahead it is all guesses. */
const MAX_AHEAD_S = 7 * 86_400;

/**
 * Sockets times instants looked at for one answer, a microsecond or two each: the loop must not wait for it. A week
 * of hourly changes is told of 59 sockets, a day of them of 400.
 */
const MAX_LOOKS = 10_000;

/**
 * @param sockets of all connectors; for connector 0 those that somebody asks at are added up
 * @returns null for an unknown connector, and for a time that ends before it begins: the answer is Rejected (5.7). It
 *   starts with the second in which the question came. One that would be too long ends earlier, and its duration says so.
 */
export function compositeSchedule(
  stack: ProfileStack,
  sockets: readonly SocketOutlook[],
  station: StationOutlook,
  query: CompositeQuery,
): ChargingSchedule | null {
  const asked = sockets.filter(({ connector, grantMa }) =>
    query.connector === 0 ? grantMa !== null : connector === query.connector,
  );
  if (query.durationS < 0 || (query.connector !== 0 && asked.length === 0)) return null;
  const startWallMs = Math.floor(query.atWallMs / 1000) * 1000;
  const scene: Scene = { stack, station, query, sockets: asked };
  const numberPhases = phasesSaid(scene);
  const { told, durationS } = toldOf(scene, startWallMs);
  const periods = told
    .filter(({ startS }) => startS === 0 || startS < durationS)
    .map((row): ChargingPeriod => ({ ...row, numberPhases }));
  return { unit: query.unit, startWallMs, durationS, minRate: null, periods };
}

type Scene = {
  readonly stack: ProfileStack;
  readonly station: StationOutlook;
  readonly query: CompositeQuery;
  readonly sockets: readonly SocketOutlook[];
};

type Answer = { readonly told: readonly Told[]; readonly durationS: number };

/** From change to change, for as long as was asked, or as can be looked at and told. */
function toldOf(scene: Scene, startWallMs: number): Answer {
  const durationS = Math.min(scene.query.durationS, MAX_AHEAD_S);
  const looksEach = looksOf(scene);
  let seen = firstSeen(scene);
  let told: readonly Told[] = [{ startS: 0, limit: limitAt(scene, seen, scene.query.atWallMs) }];
  let looks = 0;
  for (let atMs = nextOf(seen); atMs < startWallMs + durationS * 1000; atMs = nextOf(seen)) {
    const afterMs = atMs - startWallMs;
    const over = told[MAX_PERIODS];
    if (over !== undefined && afterMs >= over.startS * 1000) break;
    looks += looksEach;
    if (looks > MAX_LOOKS) return bounded({ told, durationS: Math.floor(afterMs / 1000) });
    seen = seenAt(scene, seen, atMs);
    told = toldFrom(told, afterMs, limitAt(scene, seen, atMs));
  }
  return bounded({ told, durationS });
}

/** It ends where the period would begin that is one too many. */
function bounded({ told, durationS }: Answer): Answer {
  const over = told[MAX_PERIODS];
  return over === undefined || over.startS >= durationS
    ? { told, durationS }
    : { told: told.slice(0, MAX_PERIODS), durationS: over.startS };
}

/** A profile that is asked before the one that speaks costs an eighth of all else about a socket. */
const LOOK_PER_PROFILE = 1 / 8;

/** For each instant: every socket, and every profile of its stack. */
const looksOf = ({ stack, sockets }: Scene): number =>
  sockets.reduce((sum, { connector, session }) => {
    const others = connectorSpeakers(stack, connector, session).length - 1;
    return sum + 1 + Math.max(0, others) * LOOK_PER_PROFILE;
  }, 0);

/** Without a number 3 would be assumed (7.14). */
function phasesSaid({ sockets, station, query }: Scene): number | null {
  const only = query.connector === 0 ? undefined : sockets[0];
  if (only === undefined) return station.supplyPhases;
  return only.isDc ? null : only.phases.length;
}

/** What a socket is allowed, mA on each active phase, and until when that is so. */
type Seen = { readonly limitMa: number; readonly untilMs: number };

/** Infinity where nothing changes any more. */
const nextOf = (seen: readonly Seen[]): number => Math.min(...seen.map(({ untilMs }) => untilMs));

/** Now: until something is known to change, the grant stands. */
function firstSeen(scene: Scene): readonly Seen[] {
  const { atWallMs } = scene.query;
  const ofStation = stationWish(scene, atWallMs);
  return scene.sockets.map(socket => {
    const allowed = allowedAt(scene, socket, ofStation, atWallMs);
    return { ...allowed, limitMa: Math.min(allowed.limitMa, endless(socket.grantMa)) };
  });
}

/** Looks anew only at those for which something changes. */
function seenAt(scene: Scene, before: readonly Seen[], atMs: number): readonly Seen[] {
  const ofStation = stationWish(scene, atMs);
  return scene.sockets.map((socket, index) => {
    const seen = at(before, index);
    return seen.untilMs > atMs ? seen : allowedAt(scene, socket, ofStation, atMs);
  });
}

/** Less than the least that a car can be given is a pause. */
function allowedAt({ stack, station, query }: Scene, socket: SocketOutlook, ofStation: Wish, atMs: number): Seen {
  const { leaves, wattsPerA, minMa } = socket;
  const session = socket.session ?? asIfBegun(query.atWallMs);
  const own = wishOf(stack, socket.connector, atMs, session, socket.isDc ? null : station.nominalV);
  const left = leaves.findLast(({ fromWallMs }, i) => i === 0 || fromWallMs <= atMs)?.limitMa ?? 0;
  const mostMa = Math.min(left, inMa(own, wattsPerA), inMa(ofStation, wattsPerA));
  const step = leaves.find(({ fromWallMs }, i) => i > 0 && fromWallMs > atMs)?.fromWallMs;
  const untilMs = Math.min(endless(step), endless(own.nextChangeWallMs), endless(ofStation.nextChangeWallMs));
  return { limitMa: mostMa < minMa ? 0 : mostMa, untilMs };
}

const stationWish = ({ stack, station }: Scene, atMs: number): Wish => wishOf(stack, 0, atMs, null, station.nominalV);

const endless = (value: number | null | undefined): number => value ?? Number.POSITIVE_INFINITY;

const inMa = ({ limitMa, limitW }: Wish, wattsPerA: number): number =>
  Math.min(endless(limitMa), limitW === null ? Number.POSITIVE_INFINITY : Math.floor((limitW * 1000) / wattsPerA));

/** In the unit of the question, rounded down to what it can say. */
function limitAt(scene: Scene, seen: readonly Seen[], atMs: number): number {
  const { query, sockets, station } = scene;
  const ma: [number, number, number] = [0, 0, 0];
  let powerW = 0;
  sockets.forEach(({ phases, wattsPerA }, index) => {
    const { limitMa } = at(seen, index);
    for (const phase of phases) ma[phase] += limitMa;
    powerW += (limitMa / 1000) * wattsPerA;
  });
  const left = station.leaves.findLast(({ afterMs }, i) => i === 0 || query.atWallMs + afterMs <= atMs)?.limitMa;
  const share = query.connector === 0 ? shareOf(ma, powerW, stationWish(scene, atMs), left) : 1;
  const value = query.unit === 'A' ? (Math.max(...ma) * share) / 100 : powerW * share;
  // The dust of a division is no tenth.
  const whole = Math.floor(value + 1e-6);
  return query.unit === 'A' ? whole / 10 : whole;
}

/** How much of all that is asked for the site and the back office leave together, 0 to 1. */
function shareOf(
  ma: readonly [number, number, number],
  powerW: number,
  ofStation: Wish,
  left: Quad | undefined,
): number {
  const used = quad([ma[0], ma[1], ma[2]]);
  const shares = [
    ...(left ?? []).map((limitMa, row) => limitMa / at(used, row)),
    endless(ofStation.limitMa) / Math.max(...ma),
    endless(ofStation.limitW) / powerW,
  ];
  // Where nobody takes anything, nothing divided by nothing binds nobody.
  return Math.max(0, Math.min(1, ...shares.filter(share => !Number.isNaN(share))));
}
