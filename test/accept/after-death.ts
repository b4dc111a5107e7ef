/** What is judged after the gateway was killed for good: every charger at its lapse value in time, and the fuses. */

/** One socket of a proven charger at one instant, from the schedules it holds and the current that flows. Currents in mA. */
export type Socket = {
  readonly name: string;
  readonly drawMa: number;
  /** What its car would draw if it might; 0 without one. */
  readonly wantMa: number;
  /** The most that its schedules allow at any time from now on. */
  readonly mostMa: number;
  /** What they allow in the end: its lapse value, as its own lease says. */
  readonly restMa: number;
  /** The lowest current that is no pause; together with 0 all that a lapse value may be. */
  readonly minMa: number;
  /** Lease, G and its reaction: by then after the kill it stands at its lapse value, ms. */
  readonly dueMs: number;
};

/** One phase of a hard limit. */
export type Fuse = {
  readonly name: string;
  readonly limitMa: number;
  /** What it counts: everything, or the cars alone. */
  readonly flowMa: number;
  /** What the building added since the kill, as far as it counts. */
  readonly addedMa: number;
};

export type Look = { readonly atMs: number; readonly sockets: readonly Socket[]; readonly fuses: readonly Fuse[] };

/** Everything seen since the kill; times in ms after it. */
export type DeathRecord = {
  readonly first: Look;
  last: Look;
  looks: number;
  longestGapMs: number;
  /** For each socket when it was last seen elsewhere than at its lapse value, or -1. */
  readonly awayMs: number[];
  /** Since when all have been there; null while one is not. */
  restSinceMs: number | null;
  /** The fuse that was furthest above its limit, when it was. */
  worst: Fuse;
  /** When a fuse was last seen above its limit, or -1. */
  overMs: number;
  readonly faults: string[];
};

/** More of them say nothing new. */
const MAX_FAULTS = 12;
/** Fewer cars above their lapse value at the kill would show little. */
export const LEAST_CHARGING = 12;

/** @param first the instant of the kill, before the building moves */
export const newDeathRecord = (first: Look): DeathRecord => ({
  first,
  last: first,
  looks: 0,
  longestGapMs: 0,
  awayMs: first.sockets.map(() => -1),
  restSinceMs: null,
  worst: worstFuse(first),
  overMs: -1,
  faults: [],
});

export const lastDueMs = ({ first }: DeathRecord): number => Math.max(...first.sockets.map(socket => socket.dueMs));

/** Counts one look at the world. */
export function see(record: DeathRecord, look: Look): void {
  record.looks++;
  record.longestGapMs = Math.max(record.longestGapMs, look.atMs - record.last.atMs);
  record.last = look;
  let all = true;
  look.sockets.forEach((socket, i) => {
    if (isAtRest(socket, record.first.sockets[i])) return;
    all = false;
    record.awayMs[i] = look.atMs;
  });
  record.restSinceMs = all ? (record.restSinceMs ?? look.atMs) : null;
  for (const fuse of look.fuses) judgeFuse(record, fuse, look.atMs, all);
}

const overOf = (fuse: Fuse): number => fuse.flowMa - fuse.limitMa;

/** The one that carries the largest share of its limit. */
export const worstFuse = ({ fuses }: Look): Fuse =>
  fuses.reduce((worst, fuse) => (fuse.flowMa / fuse.limitMa > worst.flowMa / worst.limitMa ? fuse : worst));

/** Until all lapsed a fuse may be over by what the building added; from then on, and from the last due time on, never. */
function judgeFuse(record: DeathRecord, fuse: Fuse, atMs: number, allAtRest: boolean): void {
  const overMa = overOf(fuse);
  if (overMa > overOf(record.worst)) record.worst = fuse;
  if (overMa <= 0) return;
  record.overMs = atMs;
  const allowedMa = allAtRest || atMs > lastDueMs(record) ? 0 : fuse.addedMa;
  if (overMa > allowedMa && record.faults.length < MAX_FAULTS)
    record.faults.push(
      `${fuse.name} ${amps(overMa)} A above its limit ${seconds(atMs)} s after the kill, ${amps(allowedMa)} A are the building's`,
    );
}

/** A lapse value is a pause or the least that is none. */
const isLawful = ({ restMa, minMa }: Socket): boolean => restMa === 0 || restMa === minMa;

/** Above its lapse value, or above what that may be. */
export const isAbove = (socket: Socket): boolean => socket.drawMa > Math.min(socket.restMa, socket.minMa);

/** Nothing it holds allows more any more, and it draws that. A car that did not charge at the kill may draw less. */
export function isAtRest(socket: Socket, atKill: Socket = socket): boolean {
  const dueMa = Math.min(socket.restMa, socket.wantMa);
  const draws = atKill.drawMa > 0 ? socket.drawMa === dueMa : socket.drawMa <= dueMa;
  return isLawful(socket) && socket.mostMa === socket.restMa && draws;
}

/** What was broken, in words; empty when everything held and something was tried. */
export function faultsOf(record: DeathRecord): readonly string[] {
  const { first, last, awayMs, worst, faults } = record;
  const charging = first.sockets.filter(isAbove).length;
  return [
    ...(charging < LEAST_CHARGING
      ? [`only ${charging} cars charged above their lapse value, so this run shows little`]
      : []),
    ...(overOf(worst) <= 0 ? ['the building took no fuse over its limit, so this run shows nothing'] : []),
    ...last.sockets
      .filter(socket => !isLawful(socket))
      .map(({ name, restMa }) => `${name} may draw ${amps(restMa)} A for ever`),
    ...first.sockets.flatMap(({ name, dueMs }, i) => {
      const away = awayMs[i] ?? -1;
      return away > dueMs ? [`${name} was not at its lapse value ${seconds(away)} s after the kill`] : [];
    }),
    ...faults,
  ];
}

export const amps = (ma: number): string => (ma / 1000).toFixed(1);
export const seconds = (ms: number): string => (ms / 1000).toFixed(1);
