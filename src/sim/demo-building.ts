/** What a demo's building draws: a base, and appliances that switch often enough to be watched. */
import { at } from '#base/assert.ts';
import type { Triple } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import type { BuildingPlan } from './building.ts';

/** What it draws with everything on, of the declared worst case; the rest is for a large load that somebody switches on. */
const USED = 0.45;
/** Shares of that on L1, L2, L3. With everything on it stays below one on each. */
const BASE: Triple = [0.25, 0.22, 0.27];
const APPLIANCES: readonly { readonly share: Triple; readonly meanOffMs: number; readonly meanOnMs: number }[] = [
  // Two lifts, the ventilation, a laundry, a kitchen, a heat pump.
  { share: [0.2, 0.2, 0.2], meanOffMs: 40_000, meanOnMs: 10_000 },
  { share: [0.15, 0.15, 0.15], meanOffMs: 60_000, meanOnMs: 10_000 },
  { share: [0.1, 0.1, 0.1], meanOffMs: 240_000, meanOnMs: 240_000 },
  { share: [0, 0.28, 0], meanOffMs: 90_000, meanOnMs: 45_000 },
  { share: [0.25, 0, 0], meanOffMs: 100_000, meanOnMs: 30_000 },
  { share: [0, 0, 0.22], meanOffMs: 120_000, meanOnMs: 90_000 },
];

/** The building behind the root circuit, within its design load. */
export function demoBuilding(topology: Topology): BuildingPlan {
  const root = topology.circuits.findIndex(circuit => circuit.parent === -1);
  const { designLoadMa } = at(topology.circuits, root);
  const of = (share: Triple): Triple => [
    Math.floor(share[0] * USED * designLoadMa[0]),
    Math.floor(share[1] * USED * designLoadMa[1]),
    Math.floor(share[2] * USED * designLoadMa[2]),
  ];
  return {
    circuit: root,
    baseMa: of(BASE),
    appliances: APPLIANCES.map(({ share, ...times }) => ({ ...times, ma: of(share) })),
  };
}
