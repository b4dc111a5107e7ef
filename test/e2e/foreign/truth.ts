/**
 * What really flows at the site of an end-to-end test: the cars' own currents and the building, summed by this
 * file alone. It knows the limits from the test, looks at every change, and keeps how long each was exceeded.
 */
import type { PhaseIndex } from '#base/units.ts';

export type Amps = readonly [number, number, number];

/** One time in which one phase of one node was above its limit. `untilMs` is null while it still is. */
export type Over = {
  readonly node: string;
  readonly phase: string;
  readonly fromMs: number;
  untilMs: number | null;
  mostA: number;
};

type Node = {
  limitA: number;
  readonly carsMa: [number, number, number];
  readonly buildingMa: [number, number, number];
};

const PHASES = ['L1', 'L2', 'L3'] as const;
const EACH: readonly PhaseIndex[] = [0, 1, 2];

export class Truth {
  readonly overs: Over[] = [];
  private readonly nodes: ReadonlyMap<string, Node>;
  private readonly graces: { readonly fromMs: number; readonly untilMs: number }[] = [];
  private readonly graceMs: number;

  /** @param graceMs how long a limit may be exceeded after the building stepped up or a limit came down */
  constructor(limitsA: Readonly<Record<string, number>>, graceMs: number) {
    this.graceMs = graceMs;
    const node = (limitA: number): Node => ({ limitA, carsMa: [0, 0, 0], buildingMa: [0, 0, 0] });
    this.nodes = new Map(Object.entries(limitsA).map(([name, limitA]) => [name, node(limitA)]));
  }

  /** A car's current changed, on the grid phases given, below every node of its path. */
  addCar(path: readonly string[], phases: readonly PhaseIndex[], deltaMa: number): void {
    for (const name of path) for (const phase of phases) this.node(name).carsMa[phase] += deltaMa;
    this.look();
  }

  /** The building draws so much from now on. A step up opens a grace window. */
  building(name: string, amps: Amps): void {
    const { buildingMa } = this.node(name);
    const isUp = EACH.some(phase => amps[phase] * 1000 > buildingMa[phase]);
    for (const phase of EACH) buildingMa[phase] = amps[phase] * 1000;
    if (isUp) this.grace();
    this.look();
  }

  /** The limit is so much from now on. A lower one opens a grace window. */
  limit(name: string, limitA: number): void {
    const node = this.node(name);
    if (limitA < node.limitA) this.grace();
    node.limitA = limitA;
    this.look();
  }

  totalA(name: string): Amps {
    const { carsMa, buildingMa } = this.node(name);
    return [carsMa[0] + buildingMa[0], carsMa[1] + buildingMa[1], carsMa[2] + buildingMa[2]].map(
      ma => ma / 1000,
    ) as unknown as Amps;
  }

  carsA(name: string): Amps {
    const { carsMa } = this.node(name);
    return [carsMa[0] / 1000, carsMa[1] / 1000, carsMa[2] / 1000];
  }

  /** True while some phase of some node is above its limit. */
  isOver(): boolean {
    return this.overs.some(over => over.untilMs === null);
  }

  /** Every time above a limit that no grace window covers to its end, in words. */
  breaches(): readonly string[] {
    const nowMs = performance.now();
    return this.overs.flatMap(({ node, phase, fromMs, untilMs, mostA }) => {
      const endMs = untilMs ?? nowMs;
      const coveredMs = Math.max(
        fromMs,
        ...this.graces.filter(grace => grace.fromMs <= fromMs + 1).map(grace => grace.untilMs),
      );
      const beyondMs = Math.round(endMs - coveredMs);
      return beyondMs <= 0 ? [] : [`${node} ${phase}: ${mostA.toFixed(1)} A above its limit, ${beyondMs} ms too long`];
    });
  }

  private grace(): void {
    const fromMs = performance.now();
    this.graces.push({ fromMs, untilMs: fromMs + this.graceMs });
  }

  private look(): void {
    const nowMs = performance.now();
    for (const [name, { limitA }] of this.nodes) {
      const total = this.totalA(name);
      for (const phase of EACH) this.note(name, PHASES[phase] ?? '', total[phase] - limitA, nowMs);
    }
  }

  private note(node: string, phase: string, aboveA: number, nowMs: number): void {
    const open = this.overs.find(over => over.node === node && over.phase === phase && over.untilMs === null);
    // A milliampere is the grain of the sums.
    if (aboveA <= 0.001) {
      if (open !== undefined) open.untilMs = nowMs;
    } else if (open === undefined) this.overs.push({ node, phase, fromMs: nowMs, untilMs: null, mostA: aboveA });
    else open.mostA = Math.max(open.mostA, aboveA);
  }

  private node(name: string): Node {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`the truth knows no node ${name}`);
    return node;
  }
}
