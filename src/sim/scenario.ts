/**
 * Draws a site from a seed: a main fuse with a building behind it and a guard meter, sometimes a kW
 * contract, a sub-board with a building and a meter of its own, feeders for cars only; chargers of
 * three makes with one and three phases and turned wiring. Sized so that limits bind.
 */
import type { PhaseIndex, Triple } from '#base/units.ts';
import { type BuildingPlan, drawBuilding } from './building.ts';
import { BRANDS, HABITS } from './habits.ts';
import type { Prng } from './prng.ts';
import type { PlannedCharger, PlannedCircuit, PlannedLimit, SitePlan } from './site-plan.ts';
import { drawMakes, type Make } from './zoo.ts';

/** Below every step that a building makes, so that each step opens a window of its own. */
const MARGIN_A = 1.5;
const FIRST_METER_PORT = 1502;
const NOMINAL_V = 230;
/** For twelve chargers. */
const MAINS_A = [63, 63, 80, 80, 100, 125, 160] as const;
/** Smaller ones, so that the hard limit binds and not the contract: what stands when the gateway is dead is a matter of fuses. */
const ZOO_MAINS_A = [40, 50, 50, 63, 63, 80, 125, 160] as const;
/** One-phase wiring stands on any grid phase; three-phase wiring is turned to share the load. */
const ROTATIONS: readonly (readonly PhaseIndex[])[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
];

/** With `zoo` its chargers are of every make, and its buildings have a kettle. */
export function drawSite(random: Prng, count: number, zoo = false): SitePlan {
  const scale = Math.max(1, count / 12);
  const mainA = Math.round(random.pick(zoo ? ZOO_MAINS_A : MAINS_A) * scale);
  const circuits = drawCircuits(random.split('circuits'), mainA, zoo);
  const draw = random.split('chargers');
  const makes = zoo ? drawMakes(random.split('makes'), count) : [];
  const chargers = Array.from({ length: count }, (_, index) =>
    drawCharger(draw.split(`${index}`), index, circuits, makes[index] ?? null),
  );
  const unsafe = chargers.filter((_, index) => makes[index]?.unsafe ?? false);
  const roomy = circuits.map((circuit, index) => withRoom(circuit, unsafeA(circuits, index, unsafe)));
  const isSafe = roomy.every((circuit, index) => holdsWhenDead(roomy, circuit, index, chargers, unsafe));
  return {
    name: 'Drawn garage',
    nominalV: NOMINAL_V,
    circuits: roomy,
    chargers: isSafe ? chargers : chargers.map(charger => ({ ...charger, fallbackA: 0 })),
  };
}

/** What a model that takes watts may draw on one phase of the 6 A it falls back to: 6 × 3 / 0.9. */
const WATT_FALLBACK_A = 20;

/** Whether every fuse holds with the safe chargers at their minimum, the others at their rating, and the worst building. */
function holdsWhenDead(
  circuits: readonly PlannedCircuit[],
  circuit: PlannedCircuit,
  index: number,
  chargers: readonly PlannedCharger[],
  unsafe: readonly PlannedCharger[],
): boolean {
  const sums: [number, number, number] = [0, 0, 0];
  for (const charger of chargers) {
    if (!isBelow(circuits, charger, index)) continue;
    const fallenA = charger.profile === undefined ? 6 : Math.min(charger.ratingA, WATT_FALLBACK_A);
    for (const phase of charger.rotation) sums[phase] += unsafe.includes(charger) ? charger.ratingA : fallenA;
  }
  const building = circuit.designMa ?? [0, 0, 0];
  return circuit.limits.every(
    ({ kind, limitA }) =>
      kind !== 'hard' || limitA === null || sums.every((a, p) => a + (building[p] ?? 0) / 1000 <= limitA),
  );
}

const isBelow = (circuits: readonly PlannedCircuit[], charger: PlannedCharger, index: number): boolean =>
  index === charger.circuit || circuits[charger.circuit]?.parent === index;

/** What unsafe chargers below a circuit draw at worst, A on each phase. */
function unsafeA(circuits: readonly PlannedCircuit[], index: number, unsafe: readonly PlannedCharger[]): Triple {
  const sums: [number, number, number] = [0, 0, 0];
  for (const charger of unsafe) {
    if (!isBelow(circuits, charger, index)) continue;
    for (const phase of charger.rotation) sums[phase] += charger.ratingA;
  }
  return sums;
}

/**
 * An installer who knows that a charger may stand at its rating gives it that much of every fuse, and of the
 * contract: nobody could hold a limit that the building and such a charger exceed by themselves.
 */
function withRoom(circuit: PlannedCircuit, roomA: Triple): PlannedCircuit {
  const worstA = Math.max(...roomA);
  const sumW = (roomA[0] + roomA[1] + roomA[2]) * NOMINAL_V;
  const limits = circuit.limits.map(limit => ({
    ...limit,
    limitA: limit.limitA === null ? null : limit.limitA + worstA,
    limitW: limit.limitW === null ? null : limit.limitW + sumW,
  }));
  return { ...circuit, limits };
}

function drawCircuits(random: Prng, mainA: number, tea: boolean): readonly PlannedCircuit[] {
  const sub = random.chance(0.3) ? drawSubBoard(random.split('sub'), mainA, tea) : null;
  const ownMa = designMa(random, mainA, sub ? [0.1, 0.25] : [0.2, 0.45]);
  const below = sub?.designMa ?? [0, 0, 0];
  const main: PlannedCircuit = {
    id: 'main',
    parent: -1,
    limits: [
      fuse(mainA, false),
      ...(random.chance(0.4) ? [contract(Math.round(mainA * 3 * NOMINAL_V * random.between(0.55, 0.85)))] : []),
    ],
    marginA: MARGIN_A,
    designMa: [ownMa[0] + below[0], ownMa[1] + below[1], ownMa[2] + below[2]],
    guard: { meterId: 'grid', intervalMs: random.pick([1000, 1000, 2000]), port: FIRST_METER_PORT },
    building: buildingOf(random, 0, ownMa, tea),
  };
  const feeders = Array.from({ length: random.int(3) }, (_, index): PlannedCircuit => {
    const limitA = Math.round(mainA * random.between(0.4, 0.7));
    return { ...cars(`row-${index + 1}`), limits: [fuse(limitA, true)] };
  });
  return [main, ...(sub ? [sub] : []), ...feeders];
}

function drawSubBoard(random: Prng, mainA: number, tea: boolean): PlannedCircuit {
  const limitA = Math.round(mainA * random.between(0.5, 0.7));
  const design = designMa(random, limitA, [0.15, 0.35]);
  return {
    id: 'sub',
    parent: 0,
    limits: [fuse(limitA, false)],
    marginA: MARGIN_A,
    designMa: design,
    guard: { meterId: 'sub-meter', intervalMs: random.pick([1000, 2000]), port: FIRST_METER_PORT + 1 },
    building: buildingOf(random, 1, design, tea),
  };
}

const cars = (id: string): PlannedCircuit => ({
  id,
  parent: 0,
  limits: [],
  marginA: MARGIN_A,
  designMa: null,
  guard: null,
  building: null,
});

const fuse = (limitA: number, evOnly: boolean): PlannedLimit => ({
  source: 'fuse',
  kind: 'hard',
  limitA,
  limitW: null,
  evOnly,
});

const contract = (limitW: number): PlannedLimit => ({
  source: 'contract',
  kind: 'live',
  limitA: null,
  limitW,
  evOnly: false,
});

function designMa(random: Prng, limitA: number, share: readonly [number, number]): Triple {
  const one = () => Math.round(limitA * random.between(...share)) * 1000;
  return [one(), one(), one()];
}

const buildingOf = (random: Prng, circuit: number, design: Triple, tea: boolean): BuildingPlan =>
  drawBuilding(random.split('building'), circuit, design, tea);

function drawCharger(
  random: Prng,
  index: number,
  circuits: readonly PlannedCircuit[],
  make: Make | null,
): PlannedCharger {
  const tame = random.pick(BRANDS);
  const brand = make?.brand ?? tame;
  const onePhase = brand.vendor === 'Cedar' || random.chance(0.15);
  const least = random.whole(5, 40);
  return {
    identity: `CP${String(index + 1).padStart(2, '0')}`,
    password: `secret-${random.int(1e6)}`,
    circuit: random.int(circuits.length),
    ratingA: random.pick([16, 32, 32]),
    rotation: onePhase ? [random.pick([0, 1, 2] as const)] : random.pick(ROTATIONS),
    brand,
    // Watts may mean three times the amperes: an installer names such a model, so that the sums count it so.
    ...(make?.habit.units.includes('A') === false ? { profile: `sim-${brand.vendor.toLowerCase()}` } : {}),
    habit: make?.habit ?? HABITS.polite,
    clockErrorMs: random.whole(-4000, 4000),
    resumesAlone: random.chance(0.5),
    latencyMs: [least, least + random.whole(5, 60)],
  };
}
