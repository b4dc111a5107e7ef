/** Chargers of the end-to-end tests: three makes, one and three phases, one and two sockets. */
import type { PhaseIndex } from '#base/units.ts';
import type { ChargerPlan } from './charger.ts';
import type { SocketPlan } from './socket.ts';

const R: PhaseIndex = 0;
const S: PhaseIndex = 1;
const T: PhaseIndex = 2;
export const PHASES = { RST: [R, S, T], STR: [S, T, R], TRS: [T, R, S], R: [R], S: [S], T: [T] } as const;

const MAKES = {
  alder: { vendor: 'Alder', model: 'Wall 22', firmware: '1.4.0', stepMa: 1000 },
  birch: { vendor: 'Birch', model: 'Post 22', firmware: '1.2.7', stepMa: 100 },
  cedar: { vendor: 'Cedar', model: 'Mini 7', firmware: '1.0.3', stepMa: 100 },
} as const;

/** A socket whose car takes all of its phases. */
export const socketOf = (
  connectorId: number,
  phases: readonly PhaseIndex[],
  ratingA: number,
  path: readonly string[],
  maxA = 32,
): SocketPlan => ({ connectorId, ratingA, phases, path, car: { phases: phases.length === 1 ? 1 : 3, maxA } });

export const chargerOf = (
  identity: string,
  make: keyof typeof MAKES,
  sockets: readonly SocketPlan[],
  rest: Partial<ChargerPlan> = {},
): ChargerPlan => ({
  identity,
  password: null,
  ...MAKES[make],
  sockets,
  sampleMs: 1500,
  repeatsStatus: true,
  ...rest,
});
