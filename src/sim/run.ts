/** One seed, from its number to its account: the whole gateway, unchanged, in a simulated world. */
import { type Log, silentLog } from '#base/log.ts';
import { resolveConfig } from '#config/config.ts';
import { type Gateway, openGateway } from '#gateway.ts';
import { isSigned } from '#meters/profile.ts';
import type { Account } from './account.ts';
import { shippedDevices } from './devices.ts';
import { type FaultCounts, startFaults } from './faults.ts';
import { prng } from './prng.ts';
import { drawSite } from './scenario.ts';
import { openSite, powerOn, type SimSite, type SiteOptions } from './site.ts';
import { rawConfig } from './site-plan.ts';
import { Trace } from './trace.ts';
import { startTraffic } from './traffic.ts';

export type RunOptions = {
  readonly seed: number;
  readonly chargers: number;
  readonly hours: number;
  readonly faults: 'all' | 'none';
  readonly building: 'varying' | 'constant';
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
  readonly deliveredWh: number;
  /** Equal for equal runs; null without a trace. */
  readonly traceHash: string | null;
};

/** Opens the gateway on a site. What the configuration refuses is a bug of the scenario: it throws. */
export async function openGatewayOn(site: SimSite, log: Log = silentLog): Promise<Gateway> {
  const devices = shippedDevices();
  const signed = [...devices.meters].filter(([, profile]) => isSigned(profile)).map(([id]) => id);
  const meterIds = [...devices.meters.keys()];
  const known = { chargers: devices.chargers, meterIds, signedMeterIds: signed };
  const config = resolveConfig(rawConfig(site.plan), known, site.world.clock.wallMs());
  if (!config.ok) throw new Error(`the drawn site is refused: ${JSON.stringify(config.problems)}`);
  const opened = await openGateway({
    config: config.value,
    world: { ...site.world, log },
    chargerProfiles: devices.chargers,
    meterProfiles: devices.meters,
    dataFolder: null,
    seen: false,
    loopbackWrites: false,
    nightly: null,
    sendPoints: null,
  });
  if (!opened.ok) throw new Error(`the gateway does not open: ${opened.detail}`);
  return opened.value;
}

/** A seed's world with the gateway open on it, at its first instant. */
export async function beginSeed(
  options: RunOptions,
  hooks: Pick<SiteOptions, 'onFrame' | 'onSample' | 'onLink'> = {},
): Promise<{ readonly site: SimSite; readonly gateway: Gateway; readonly faults: FaultCounts | null }> {
  const seed = `seed ${options.seed}`;
  const plan = drawSite(prng(`${seed}/site`), options.chargers);
  const site = openSite(plan, { seed, building: options.building, ...hooks });
  const gateway = await openGatewayOn(site, options.log);
  powerOn(site);
  startTraffic(site);
  return { site, gateway, faults: options.faults === 'all' ? startFaults(site) : null };
}

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const trace = options.trace ? new Trace() : null;
  let nowMs = () => 0;
  const { site, gateway, faults } = await beginSeed(
    options,
    trace ? { onFrame: (identity, frame) => trace.frame(nowMs(), identity, frame) } : {},
  );
  nowMs = site.clock.nowMs;
  await site.clock.run(options.hours * 3_600_000);
  site.settleCars();
  const account = site.observer.finish();
  await closeOn(site, gateway);
  return {
    seed: options.seed,
    hours: options.hours,
    chargers: options.chargers,
    wallMs: performance.now() - began,
    events: site.clock.steps(),
    faults,
    meters: site.meters.size,
    account,
    deliveredWh: site.posts.reduce((sum, post) => sum + post.station.connectorOf(1).deliveredWh(), 0),
    traceHash: trace?.hash(account) ?? null,
  };
}

/** Closing may wait for timers of the virtual clock, so time goes on meanwhile. */
export async function closeOn(site: SimSite, gateway: Gateway): Promise<void> {
  const closing = gateway.close();
  await site.clock.run(site.clock.nowMs() + 60_000);
  await closing;
}
