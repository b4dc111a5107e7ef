/**
 * GetCompositeSchedule answered truthfully (5.7): not what the back office asked for but what Busbar will allow, as
 * far as it is known now. Until the first change that is known of, that is the grant in force; from then on the
 * lowest of the back office's own profiles and of what all other limits leave.
 */
import { at } from '#base/assert.ts';
import { type PhaseIndex, type Quad, quad } from '#base/units.ts';
import type { ChargingPeriod, ChargingSchedule, RateUnit } from '#site/command.ts';
import { type Wish, wishOf } from './csms-wish.ts';
import { MAX_PERIODS, type ProfileSession } from './profile-rules.ts';
import type { ProfileStack } from './profile-stack.ts';

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
  /** What the site leaves all cars together, without the back office's own limits. */
  readonly leavesMa: Quad;
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
 * Sockets looked at for one answer, a few microseconds each: the loop must not wait for it. A day of hourly changes
 * is told for 400 sockets, a week of them for 34.
 */
const MAX_LOOKS = 10_000;

/**
 * @param sockets of all connectors; for connector 0 those that somebody asks at are added up
 * @returns null for an unknown connector: the answer is Rejected (5.7). It starts with the second in which the
 *   question came. One that would be too long ends earlier, and its duration says so.
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
  if (query.connector !== 0 && asked.length === 0) return null;
  const startWallMs = Math.floor(query.atWallMs / 1000) * 1000;
  const { periods, durationS } = periodsOf({ stack, station, query, sockets: withHolds(stack, asked, station, query) });
  return { unit: query.unit, startWallMs, durationS, minRate: null, periods };
}

/** Its grant stands until something is known to change. */
type HeldSocket = SocketOutlook & { readonly heldUntilMs: number };

type Scene = {
  readonly stack: ProfileStack;
  readonly station: StationOutlook;
  readonly query: CompositeQuery;
  readonly sockets: readonly HeldSocket[];
};

function withHolds(
  stack: ProfileStack,
  sockets: readonly SocketOutlook[],
  station: StationOutlook,
  { atWallMs }: CompositeQuery,
): readonly HeldSocket[] {
  const ofStation = stationWish(stack, station, atWallMs);
  return sockets.map(socket => {
    const own = ownWish(stack, socket, station, atWallMs);
    return { ...socket, heldUntilMs: nextOf(socket, own, ofStation, atWallMs) };
  });
}

function periodsOf(scene: Scene): { readonly periods: readonly ChargingPeriod[]; readonly durationS: number } {
  const { query, sockets } = scene;
  const startWallMs = Math.floor(query.atWallMs / 1000) * 1000;
  const durationS = Math.min(query.durationS, MAX_AHEAD_S);
  const numberPhases = phasesSaid(scene);
  let { limit, nextMs } = lookAt(scene, query.atWallMs);
  const periods: ChargingPeriod[] = [{ startS: 0, limit, numberPhases }];
  for (let looks = MAX_LOOKS; nextMs < startWallMs + durationS * 1000; looks -= sockets.length) {
    const last = at(periods, periods.length - 1);
    const seconds = (nextMs - startWallMs) / 1000;
    ({ limit, nextMs } = lookAt(scene, nextMs));
    // Whole seconds: a decrease is told early, a raise late.
    const startS = Math.max(last.startS, limit < last.limit ? Math.floor(seconds) : Math.ceil(seconds));
    if (startS >= durationS) break;
    if (periods.length === MAX_PERIODS || looks <= 0) return { periods, durationS: startS };
    if (limit === last.limit) continue;
    if (startS === last.startS) periods.pop();
    periods.push({ startS, limit, numberPhases });
  }
  return { periods, durationS };
}

/** Without a number 3 would be assumed (7.14). */
function phasesSaid({ sockets, station, query }: Scene): number | null {
  const only = query.connector === 0 ? undefined : sockets[0];
  if (only === undefined) return station.supplyPhases;
  return only.isDc ? null : only.phases.length;
}

type Look = {
  /** In the unit of the question, rounded down to what it can say. */
  readonly limit: number;
  /** When to look again; Infinity where nothing changes any more. */
  readonly nextMs: number;
};

function lookAt({ stack, station, query, sockets }: Scene, atMs: number): Look {
  const ofStation = stationWish(stack, station, atMs);
  const sum = { ma: [0, 0, 0] as [number, number, number], powerW: 0 };
  let nextMs = Number.POSITIVE_INFINITY;
  for (const socket of sockets) {
    const own = ownWish(stack, socket, station, atMs);
    const limitMa = limitOf(socket, own, ofStation, atMs);
    nextMs = Math.min(nextMs, nextOf(socket, own, ofStation, atMs));
    for (const phase of socket.phases) sum.ma[phase] += limitMa;
    sum.powerW += (limitMa / 1000) * socket.wattsPerA;
  }
  const share = query.connector === 0 ? shareOf(sum.ma, sum.powerW, ofStation, station) : 1;
  const value = query.unit === 'A' ? (Math.max(...sum.ma) * share) / 100 : sum.powerW * share;
  // The dust of a division is no tenth.
  const whole = Math.floor(value + 1e-6);
  return { limit: query.unit === 'A' ? whole / 10 : whole, nextMs };
}

const ownWish = (stack: ProfileStack, socket: SocketOutlook, { nominalV }: StationOutlook, atMs: number): Wish =>
  wishOf(stack, socket.connector, atMs, socket.session, socket.isDc ? null : nominalV);

const stationWish = (stack: ProfileStack, { nominalV }: StationOutlook, atMs: number): Wish =>
  wishOf(stack, 0, atMs, null, nominalV);

const endless = (value: number | null | undefined): number => value ?? Number.POSITIVE_INFINITY;

function nextOf({ leaves }: SocketOutlook, own: Wish, ofStation: Wish, atMs: number): number {
  const step = leaves.find(({ fromWallMs }) => fromWallMs > atMs)?.fromWallMs;
  return Math.min(endless(step), endless(own.nextChangeWallMs), endless(ofStation.nextChangeWallMs));
}

/** Of one socket, mA on each active phase: less than the least that a car can be given is a pause. */
function limitOf(socket: HeldSocket, own: Wish, ofStation: Wish, atMs: number): number {
  const leaves = socket.leaves.findLast(({ fromWallMs }, i) => i === 0 || fromWallMs <= atMs);
  const mostMa = Math.min(leaves?.limitMa ?? 0, inMa(own, socket.wattsPerA), inMa(ofStation, socket.wattsPerA));
  const allowedMa = mostMa < socket.minMa ? 0 : mostMa;
  return atMs < socket.heldUntilMs ? Math.min(allowedMa, endless(socket.grantMa)) : allowedMa;
}

const inMa = ({ limitMa, limitW }: Wish, wattsPerA: number): number =>
  Math.min(endless(limitMa), limitW === null ? Number.POSITIVE_INFINITY : Math.floor((limitW * 1000) / wattsPerA));

/** How much of all that is asked for the site and the back office leave together, 0 to 1. */
function shareOf(ma: readonly [number, number, number], powerW: number, ofStation: Wish, station: StationOutlook) {
  const shares = [
    ...quad([ma[0], ma[1], ma[2]]).map((usedMa, row) => at(station.leavesMa, row) / usedMa),
    endless(ofStation.limitMa) / Math.max(...ma),
    endless(ofStation.limitW) / powerW,
  ];
  // Where nobody takes anything, nothing divided by nothing binds nobody.
  return Math.max(0, Math.min(1, ...shares.filter(share => !Number.isNaN(share))));
}
