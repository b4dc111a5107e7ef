/** The life of the gateway on a simulated site: it opens, dies without a word, is started again, stays dead, or hangs. */
import { assert } from '#base/assert.ts';
import { type Log, silentLog } from '#base/log.ts';
import { resolveConfig } from '#config/config.ts';
import { type Gateway, openGateway } from '#gateway.ts';
import type { Decide } from '#loop.ts';
import { isSigned } from '#meters/profile.ts';
import { pass } from '#site/pass.ts';
import type { World } from '#world.ts';
import { shippedDevices } from './devices.ts';
import type { DeathAt } from './disk.ts';
import { LATE_NOTICE_MS } from './link-faults.ts';
import { type MortalWorld, mortalWorld } from './mortal.ts';
import type { Prng } from './prng.ts';
import type { SimSite } from './site.ts';
import { rawConfig } from './site-plan.ts';

/**
 * Opens the gateway on a site, or another one when the last has died: the records of the site are the same.
 * What the configuration refuses is a bug of the scenario: it throws. With `seen` people have their HTTP door, on
 * a real socket of this machine.
 */
export async function openGatewayOn(
  site: SimSite,
  log: Log = silentLog,
  world: World = site.world,
  seen = false,
  decide: Decide = pass,
): Promise<Gateway> {
  const devices = shippedDevices();
  const signed = [...devices.meters].filter(([, profile]) => isSigned(profile)).map(([id]) => id);
  const meterIds = [...devices.meters.keys()];
  const known = { chargers: devices.chargers, meterIds, signedMeterIds: signed };
  const config = resolveConfig(rawConfig(site.plan), known, site.world.clock.wallMs());
  if (!config.ok) throw new Error(`the drawn site is refused: ${JSON.stringify(config.problems)}`);
  const opened = await openGateway({
    config: config.value,
    world: { ...world, log },
    chargerProfiles: devices.chargers,
    meterProfiles: devices.meters,
    dataFolder: null,
    seen,
    loopbackWrites: seen,
    nightly: null,
    sendPoints: null,
    decide,
  });
  if (!opened.ok) throw new Error(`the gateway does not open: ${opened.detail}`);
  return opened.value;
}

/** From the death of the process to its sockets' end: what it had handed to the kernel still arrives. */
const FLUSH_MS: readonly [number, number] = [20, 200];
/** The whole machine went: nobody tells the chargers, they find out. */
const SUPPLY_LOST = 0.15;

export class GatewayLife {
  private readonly site: SimSite;
  private readonly log: Log;
  private mortal: MortalWorld;
  private current: Gateway | null = null;
  private isUp = false;
  private isOver = false;
  private isHung = false;

  private constructor(site: SimSite, log: Log) {
    this.site = site;
    this.log = log;
    this.mortal = mortalWorld(site.world, site.disk);
  }

  static async begin(site: SimSite, log: Log = silentLog): Promise<GatewayLife> {
    const life = new GatewayLife(site, log);
    await life.stand();
    return life;
  }

  /** The newest one, dead or alive. */
  gateway(): Gateway {
    assert(this.current !== null, 'a life begins with a gateway');
    return this.current;
  }

  /** Dies now and is started again after `downMs`. False when it is dead already. */
  restart(draw: Prng, downMs: number): boolean {
    if (!this.isUp) return false;
    this.site.observer.gatewayDown();
    this.die(draw);
    this.site.clock.after('gateway restart', downMs, () => void this.open());
    return true;
  }

  /** Dies over the next thing that it writes down, and is started again after `downMs`. */
  restartAtCommit(draw: Prng, at: DeathAt, downMs: number): void {
    this.site.disk.killAtNext(at, () => void this.restart(draw, downMs));
  }

  /** Dies now; a restart that was due does not come. */
  end(draw: Prng): void {
    this.isOver = true;
    this.die(draw);
  }

  /**
   * From now on no pass comes to its end, for good: the process, its sockets, timers and meters live, and nobody
   * takes it for dead. One that is down just now does not come back.
   */
  hang(draw: Prng): void {
    if (this.isUp) {
      this.isOver = true;
      this.isUp = false;
      this.isHung = true;
    } else this.end(draw);
  }

  private die(draw: Prng): void {
    this.isUp = false;
    this.mortal.kill();
    const supplyLost = draw.chance(SUPPLY_LOST);
    for (const { link } of this.site.posts) {
      const stationAfterMs = supplyLost ? draw.whole(...LATE_NOTICE_MS) : 0;
      const end = () => link.drop({ stationAfterMs, gatewayAfterMs: null });
      this.site.clock.after('gateway gone', draw.whole(...FLUSH_MS), end);
    }
  }

  private async open(): Promise<void> {
    if (this.isOver) return;
    this.mortal = mortalWorld(this.site.world, this.site.disk);
    await this.stand();
    this.site.observer.gatewayUp();
  }

  private async stand(): Promise<void> {
    const decide: Decide = (state, atMs) => (this.isHung ? null : pass(state, atMs));
    this.current = await openGatewayOn(this.site, this.log, this.mortal.world, false, decide);
    this.isUp = true;
  }
}
