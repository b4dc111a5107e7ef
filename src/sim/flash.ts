/**
 * A week in a garage: how often each charger is made to write a charging profile to its flash.
 * `busbar sim --week [--days N] [--seeds S] [--chargers N] [--zoo all|none] [--json]`.
 */
import { at } from '#base/assert.ts';
import { startFaults, startFlaps } from './faults.ts';
import { GatewayLife } from './gateway-life.ts';
import type { Post } from './post.ts';
import { prng } from './prng.ts';
import { closeOn } from './run.ts';
import { drawSite } from './scenario.ts';
import { openSite, powerOn } from './site.ts';
import { startDays } from './traffic.ts';

export type FlashOptions = {
  readonly seed: number;
  readonly chargers: number;
  readonly days: number;
  readonly zoo: 'all' | 'none';
};

/** What one charger was made to write in one day on its socket, what is meant for the whole station included. */
export type DayOfWrites = {
  readonly charger: string;
  readonly make: string;
  readonly day: number;
  readonly writes: number;
};

export type FlashResult = {
  readonly seed: number;
  readonly days: number;
  readonly chargers: number;
  readonly wallS: number;
  readonly writesPerConnectorDay: { readonly median: number; readonly p95: number; readonly worst: number };
  readonly worst: DayOfWrites;
  readonly deliveredKwh: number;
  readonly overLimitMs: number;
};

const DAY_MS = 86_400_000;
/** Against the rates of the seeds, which press: in a week a charger sees some of each. */
const RARER = 50;

export async function runFlash(options: FlashOptions): Promise<FlashResult> {
  const began = performance.now();
  const seed = `week ${options.seed}`;
  const site = openSite(drawSite(prng(`${seed}/site`), options.chargers, options.zoo === 'all'), {
    seed,
    building: 'varying',
  });
  const life = await GatewayLife.begin(site);
  powerOn(site);
  startDays(site);
  startFlaps(site);
  startFaults(site, life, RARER);
  const days: DayOfWrites[] = [];
  let before = site.posts.map(writesOf);
  for (let day = 1; day <= options.days; day++) {
    await site.clock.run(day * DAY_MS);
    const now = site.posts.map(writesOf);
    site.posts.forEach(({ plan }, index) => {
      const make = `${plan.brand.vendor} ${plan.brand.model}`;
      days.push({ charger: plan.identity, make, day, writes: at(now, index) - at(before, index) });
    });
    before = now;
  }
  const account = site.observer.finish();
  await closeOn(site, life.gateway());
  const sorted = days.toSorted((a, b) => a.writes - b.writes);
  return {
    seed: options.seed,
    days: options.days,
    chargers: options.chargers,
    wallS: Number(((performance.now() - began) / 1000).toFixed(1)),
    writesPerConnectorDay: { median: rank(sorted, 0.5), p95: rank(sorted, 0.95), worst: rank(sorted, 1) },
    worst: at(sorted, sorted.length - 1),
    deliveredKwh: Math.round(
      site.posts.reduce((sum, { station }) => sum + station.connectorOf(1).deliveredWh(), 0) / 1000,
    ),
    overLimitMs: account.overLimitMs,
  };
}

/** A profile for the whole station is a write like any other. */
const writesOf = ({ station }: Post): number => [...station.writes().values()].reduce((sum, count) => sum + count, 0);

/** Nearest rank. */
const rank = (sorted: readonly DayOfWrites[], share: number): number =>
  at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1)).writes;

export function flashText(result: FlashResult): string {
  const { median, p95, worst } = result.writesPerConnectorDay;
  const { charger, make, day } = result.worst;
  return [
    `${result.days} days, ${result.chargers} chargers, ${result.deliveredKwh} kWh, in ${result.wallS} s`,
    `profiles written per socket and day: median ${median}, 95 % ${p95}, worst ${worst} (${charger}, ${make}, day ${day})`,
  ].join('\n');
}
