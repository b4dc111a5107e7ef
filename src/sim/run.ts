/** One seed, from its number to its account: the whole gateway, unchanged, in a simulated world. */
import { at } from '#base/assert.ts';
import type { Log } from '#base/log.ts';
import type { Gateway } from '#gateway.ts';
import type { Account } from './account.ts';
import { type FaultCounts, startDiskFaults, startFaults, startFlaps, startOfficeFaults } from './faults.ts';
import { GatewayLife } from './gateway-life.ts';
import { slowestReactionMs } from './habits.ts';
import { type LedgerAccount, SETTLE_MS, settleLedger } from './ledger-observer.ts';
import { prng } from './prng.ts';
import { drawSite } from './scenario.ts';
import { openSite, powerOn, type SimSite, type SiteOptions } from './site.ts';
import { Trace } from './trace.ts';
import { fillBays, startTraffic } from './traffic.ts';

export type RunOptions = {
  readonly seed: number;
  readonly chargers: number;
  readonly hours: number;
  readonly faults: 'all' | 'none';
  readonly building: 'varying' | 'constant';
  /** `all`: every make of charger, cars that sleep, a kettle, and a gateway that dies. */
  readonly zoo?: 'all' | 'none';
  /** `all`: the disk is slow or full for a while, and the gateway dies over a commit. None without it. */
  readonly disk?: 'all' | 'none';
  /** `all`: there is a back office, with its own faults and a ledger that is held against the truth. None without it. */
  readonly upstream?: 'all' | 'none';
  readonly log?: Log;
  /** Also hash every frame the gateway sends and every reading; costs time. */
  readonly trace?: boolean;
};

export type RunResult = {
  readonly seed: number;
  readonly hours: number;
  readonly chargers: number;
  readonly wallMs: number;
  /** Timers that ran. */
  readonly events: number;
  readonly faults: FaultCounts | null;
  readonly meters: number;
  readonly account: Account;
  /** What the back office has written down, held against the truth; null without one. */
  readonly ledger: LedgerAccount | null;
  readonly deliveredWh: number;
  /** Equal for equal runs; null without a trace. */
  readonly traceHash: string | null;
};

/** Becomes 'all' once the gate keeps promise 2. */
export const DEFAULT_ZOO: 'all' | 'none' = 'all';

/** A seed's world with the gateway open on it, at its first instant. */
export async function beginSeed(
  options: RunOptions,
  hooks: Pick<SiteOptions, 'onFrame' | 'onSample' | 'onLink'> = {},
): Promise<{ readonly site: SimSite; readonly life: GatewayLife; readonly faults: FaultCounts | null }> {
  const seed = `seed ${options.seed}`;
  const zoo = (options.zoo ?? DEFAULT_ZOO) === 'all';
  const drawn = drawSite(prng(`${seed}/site`), options.chargers, zoo);
  const plan = options.upstream === 'all' ? { ...drawn, upstream: { whoMayCharge: 'everyone' as const } } : drawn;
  const site = openSite(plan, { seed, building: options.building, ...hooks });
  const life = await GatewayLife.begin(site, options.log);
  powerOn(site);
  startTraffic(site, zoo);
  startFlaps(site);
  const faults = options.faults === 'all' ? startFaults(site, zoo ? life : null) : null;
  if (options.disk === 'all') startDiskFaults(site, life, faults ?? {});
  if (site.office !== null && faults !== null) startOfficeFaults(site, site.office, faults);
  return { site, life, faults };
}

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const trace = options.trace ? new Trace() : null;
  let nowMs = () => 0;
  const { site, life, faults } = await beginSeed(
    options,
    trace ? { onFrame: (identity, frame) => trace.frame(nowMs(), identity, frame) } : {},
  );
  nowMs = site.clock.nowMs;
  const calmMs = site.office === null ? 0 : SETTLE_MS;
  const death =
    faults !== null && (options.zoo ?? DEFAULT_ZOO) === 'all' ? at(DEATHS, options.seed % DEATHS.length) : null;
  if (death !== null)
    site.clock.after('evening', Math.max(0, options.hours * HOUR_MS + calmMs - EVENING_MS), () => fillBays(site));
  await site.clock.run(options.hours * HOUR_MS);
  const ledger = site.office === null ? null : await settleLedger(site, site.office);
  site.settleCars();
  if (death !== null) await afterDeath(site, life, death);
  const account = site.observer.finish();
  if (death === null) await closeOn(site, life.gateway());
  return {
    seed: options.seed,
    hours: options.hours,
    chargers: options.chargers,
    wallMs: performance.now() - began,
    events: site.clock.steps(),
    faults,
    meters: site.meters.size,
    account,
    ledger,
    deliveredWh: site.posts.reduce((sum, post) => sum + post.station.connectorOf(1).deliveredWh(), 0),
    traceHash: trace?.hash(account) ?? null,
  };
}

const HOUR_MS = 3_600_000;
/** What becomes of the gateway of a zoo when the hours are over, seed by seed: killed for good, or its loop hangs for good. */
const DEATHS = ['killed', 'hung'] as const;
/** For twenty cars through one gate, and for the slowest of them to begin. */
const EVENING_MS = 12 * 60_000;
/** Safety rule 18: how far a charger's clock may be off. */
const CLOCKS_MS = 10_000;
/** Safety rule 19: a lease below the fallback lapses upwards after so many times the longest TTL. */
const PAUSE_LEASES = 3;
/** To look at what stands when the last lease has lapsed. */
const LOOK_MS = 60_000;

/**
 * Kills the gateway, or its loop, for good and lets the world go on until the leases of paused cars have lapsed
 * too, and a minute more. Meanwhile every building comes to draw the most it was declared to, and stays there.
 */
export async function afterDeath(site: SimSite, life: GatewayLife, how: 'killed' | 'hung' = 'killed'): Promise<void> {
  const random = site.random.split('death');
  const { leaseTtlMs } = life.gateway().state().topology;
  const reactionMs = Math.max(...site.plan.chargers.map(({ habit }) => slowestReactionMs(habit)));
  const leaseMs = leaseTtlMs + CLOCKS_MS + reactionMs;
  site.observer.gatewayDied(leaseMs);
  if (how === 'hung') life.hang(random);
  else life.end(random);
  for (const building of site.buildings.values())
    site.clock.after('building at its most', random.whole(0, leaseMs), () => building.full());
  const pausesMs = PAUSE_LEASES * leaseTtlMs + CLOCKS_MS + reactionMs;
  await site.clock.run(site.clock.nowMs() + pausesMs + LOOK_MS);
}

/** Closing may wait for timers of the virtual clock, so time goes on meanwhile. */
export async function closeOn(site: SimSite, gateway: Gateway): Promise<void> {
  const closing = gateway.close();
  await site.clock.run(site.clock.nowMs() + 60_000);
  await closing;
}
