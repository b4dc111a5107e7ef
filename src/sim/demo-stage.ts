/** The demo's world as the troubles see it. */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import type { CarPlan } from './car.ts';
import type { DemoWorld } from './demo-world.ts';
import type { BackOffice, OutsideRow, TroubleStage } from './trouble/stage.ts';

export type DemoStageParts = {
  readonly clock: Clock;
  readonly world: DemoWorld;
  readonly topology: Topology;
  readonly backOffice: BackOffice | null;
  /** As `kill -9`, and nobody starts it again until `revive`. */
  readonly gateway: { kill(): void; revive(): void };
  outside(): readonly OutsideRow[];
};

/** The gateway that is to be killed hands on the order; whoever gave it hears that it was taken. */
const ANSWER_LEAVES_MS = 50;

export const demoStage = ({ clock, world, topology, backOffice, gateway, outside }: DemoStageParts): TroubleStage => ({
  clock,
  truth: world.truth,
  topology,
  places: world.bays,
  step: ma => world.building.step(ma),
  silence: silent => world.silence(silent),
  backOffice,
  visitor,
  kill: () => void clock.after('kill', ANSWER_LEAVES_MS, () => gateway.kill()),
  revive: () => gateway.revive(),
  outside,
});

/** It stays, and takes what it gets. */
const visitor = (idTag: string): CarPlan => ({
  idTag,
  phases: 3,
  maxMa: 16_000,
  needWh: 20_000,
  rampMaPerS: 2_000,
  restless: false,
});

/** Of the gateway, which is on this machine. */
const ANSWER_MS = 1_000;

/** What stands beside the configuration, as the gateway tells it; nothing where it does not answer. */
export async function askOutside(webPort: number): Promise<readonly OutsideRow[]> {
  try {
    const answer = await fetch(`http://127.0.0.1:${webPort}/api/v1/limits`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const told = (await answer.json()) as readonly Told[];
    return told.filter(({ source }) => source !== 'fuse' && source !== 'contract').map(outsideRow);
  } catch {
    return [];
  }
}

type Told = {
  readonly source: string;
  readonly circuit: string;
  readonly limitA:
    | number
    | { readonly l1: number | null; readonly l2: number | null; readonly l3: number | null }
    | null;
  readonly limitW: number | null;
  readonly evOnly: boolean;
};

function outsideRow({ circuit, limitA, limitW, evOnly }: Told): OutsideRow {
  const ma = (amps: number | null): number => (amps === null ? NO_LIMIT_MA : Math.round(amps * 1000));
  const each: readonly (number | null)[] =
    limitA === null || typeof limitA === 'number' ? [limitA, limitA, limitA] : [limitA.l1, limitA.l2, limitA.l3];
  const limitMa: Triple = [ma(at(each, 0)), ma(at(each, 1)), ma(at(each, 2))];
  return { circuit, limitMa, limitW, evOnly };
}
