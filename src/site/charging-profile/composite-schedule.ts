/**
 * GetCompositeSchedule answered truthfully (5.7): not what the back office asked for but what Busbar will allow, as
 * far as it is known now. Until the first change that is known of, that is the grant in force; from then on the
 * lowest of the back office's own profiles and of what all other limits leave.
 */
import { at } from '#base/assert.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';
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
  /** What the site leaves all cars together, on each phase. */
  readonly limitMa: Triple;
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
/** Instants looked at: changes that cancel out each other make no period, and must not cost for ever either. */
const MAX_LOOKS = 4 * MAX_PERIODS;

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
  const scene: Scene = { stack, station, query, sockets: asked.map(socket => held(stack, socket, station, query)) };
  const startWallMs = Math.floor(query.atWallMs / 1000) * 1000;
  const { periods, durationS } = periodsOf(scene, startWallMs);
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

function held(stack: ProfileStack, socket: SocketOutlook, station: StationOutlook, query: CompositeQuery): HeldSocket {
  return { ...socket, heldUntilMs: socketChange(stack, socket, station, query.atWallMs) };
}

function periodsOf(scene: Scene, startWallMs: number) {
  const { query } = scene;
  const durationS = Math.min(query.durationS, MAX_AHEAD_S);
  const numberPhases = phasesSaid(scene);
  const periods: ChargingPeriod[] = [{ startS: 0, limit: limitAt(scene, query.atWallMs), numberPhases }];
  let looks = 0;
  for (let atMs = nextChange(scene, query.atWallMs); ; atMs = nextChange(scene, atMs)) {
    if (atMs >= startWallMs + durationS * 1000) return { periods, durationS };
    const last = at(periods, periods.length - 1);
    const limit = limitAt(scene, atMs);
    // Whole seconds: a decrease is told early, a raise late.
    const seconds = (atMs - startWallMs) / 1000;
    const startS = Math.max(last.startS, limit < last.limit ? Math.floor(seconds) : Math.ceil(seconds));
    if (startS >= durationS) return { periods, durationS };
    if (periods.length === MAX_PERIODS || ++looks > MAX_LOOKS) return { periods, durationS: startS };
    if (limit === last.limit) continue;
    if (startS === last.startS) periods.pop();
    periods.push({ startS, limit, numberPhases });
  }
}

/** Without a number 3 would be assumed (7.14). */
function phasesSaid({ sockets, station, query }: Scene): number | null {
  const only = query.connector === 0 ? undefined : sockets[0];
  if (only === undefined) return station.supplyPhases;
  return only.isDc ? null : only.phases.length;
}

/** Infinity where nothing changes any more. */
const nextChange = ({ stack, sockets, station }: Scene, atMs: number): number =>
  Math.min(...sockets.map(socket => socketChange(stack, socket, station, atMs)));

function socketChange(stack: ProfileStack, socket: SocketOutlook, station: StationOutlook, atMs: number): number {
  const step = socket.leaves.find(({ fromWallMs }, i) => i > 0 && fromWallMs > atMs)?.fromWallMs;
  const changes = [ownWish(stack, socket, station, atMs), stationWish(stack, station, atMs)].map(
    wish => wish.nextChangeWallMs ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(step ?? Number.POSITIVE_INFINITY, ...changes);
}

const ownWish = (
  stack: ProfileStack,
  { connector, session, isDc }: SocketOutlook,
  station: StationOutlook,
  atMs: number,
) => wishOf(stack, connector, atMs, session, isDc ? null : station.nominalV);

const stationWish = (stack: ProfileStack, { nominalV }: StationOutlook, atMs: number): Wish =>
  wishOf(stack, 0, atMs, null, nominalV);

/** In the unit of the question, rounded down to what it can say. */
function limitAt(scene: Scene, atMs: number): number {
  const { query, sockets } = scene;
  const { perPhaseMa, powerW } = query.connector === 0 ? stationAt(scene, atMs) : socketAt(scene, at(sockets, 0), atMs);
  // The dust of a division is no tenth.
  return query.unit === 'A' ? Math.floor(perPhaseMa / 100 + 1e-6) / 10 : Math.floor(powerW + 1e-6);
}

type Flow = { readonly perPhaseMa: number; readonly powerW: number };

function socketAt({ stack, station }: Scene, socket: HeldSocket, atMs: number): Flow {
  const leaves = socket.leaves.findLast(({ fromWallMs }, i) => i === 0 || fromWallMs <= atMs);
  const mostMa = Math.min(
    leaves?.limitMa ?? 0,
    inMa(ownWish(stack, socket, station, atMs), socket.wattsPerA),
    inMa(stationWish(stack, station, atMs), socket.wattsPerA),
  );
  const allowedMa = mostMa < socket.minMa ? 0 : mostMa;
  const perPhaseMa = atMs < socket.heldUntilMs ? Math.min(allowedMa, socket.grantMa ?? allowedMa) : allowedMa;
  return { perPhaseMa, powerW: (perPhaseMa / 1000) * socket.wattsPerA };
}

const inMa = ({ limitMa, limitW }: Wish, wattsPerA: number): number =>
  Math.min(
    limitMa ?? Number.POSITIVE_INFINITY,
    limitW === null ? Number.POSITIVE_INFINITY : Math.floor((limitW * 1000) / wattsPerA),
  );

/** All that somebody asks for, shrunk to what the site and the back office leave them together. */
function stationAt(scene: Scene, atMs: number): Flow {
  const sumMa: [number, number, number] = [0, 0, 0];
  let sumW = 0;
  for (const socket of scene.sockets) {
    const { perPhaseMa, powerW } = socketAt(scene, socket, atMs);
    for (const phase of socket.phases) sumMa[phase] += perPhaseMa;
    sumW += powerW;
  }
  const wish = stationWish(scene.stack, scene.station, atMs);
  const most = Math.max(...sumMa);
  const shares = [
    ...scene.station.limitMa.map((limitMa, phase) => limitMa / at(sumMa, phase)),
    (wish.limitMa ?? Number.POSITIVE_INFINITY) / most,
    (wish.limitW ?? Number.POSITIVE_INFINITY) / sumW,
  ];
  // Nothing shared by nobody is no number, and binds nobody.
  const share = Math.max(0, Math.min(1, ...shares.filter(one => !Number.isNaN(one))));
  return { perPhaseMa: most * share, powerW: sumW * share };
}
