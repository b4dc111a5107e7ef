/**
 * A whole site for end-to-end tests: the gateway as it runs, a site file read as it is read, real sockets on
 * loopback, and around it chargers and a meter that were not written here.
 */
import { resolve } from 'node:path';
import { type ChargerProfile, readChargerProfiles } from '#chargers/quirks.ts';
import { loadConfig, problemLine } from '#config/load.ts';
import { type Gateway, openGateway } from '#gateway.ts';
import { isSigned, readMeterProfiles } from '#meters/profile.ts';
import { readProfileFolder } from '#real/files.ts';
import { realWorld } from '#real/world.ts';
import { type ChargerPlan, ForeignCharger } from './charger.ts';
import { fastClock } from './clock.ts';
import { type ForeignMeter, openMeter } from './meter.ts';
import { watchObedience } from './obedience.ts';
import { type Amps, Truth } from './truth.ts';

/** A car's reaction and the ack deadline, as the contract's grace window counts them. */
const GRACE_MS = 10_000;

export const TOKEN = 'a-token-of-the-test';

export type SitePlan = {
  /** A site file; METER_PORT in it becomes the meter's port. */
  readonly yaml: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly meterIntervalMs: number;
  /** Where the meter sits, and the highest current of each node, for the truth. */
  readonly meterAt: string;
  readonly limitsA: Readonly<Record<string, number>>;
  readonly buildingA: Amps;
  /** Cars live so many times faster than the machine's clock. */
  readonly carsAreFaster: number;
  readonly chargers: readonly ChargerPlan[];
};

export type ForeignSite = {
  readonly gateway: Gateway;
  readonly truth: Truth;
  readonly meter: ForeignMeter;
  readonly chargers: readonly ForeignCharger[];
  readonly chargersUrl: string;
  readonly webUrl: string;
  charger(identity: string): ForeignCharger;
  /** A car comes to every socket. */
  plugAll(): void;
  /** Every socket whose car did not draw, in a car's time, what was acknowledged for it; in words. */
  disobeyed(): readonly string[];
  /** What every strict client has found wrong so far. */
  faults(): readonly string[];
  close(): Promise<void>;
};

/** Opens the site; every charger has booted and been told a first limit when this returns, and no car is there yet. */
export async function openSite(plan: SitePlan): Promise<ForeignSite> {
  const truth = new Truth(plan.limitsA, plan.meterIntervalMs + GRACE_MS);
  truth.building(plan.meterAt, plan.buildingA);
  const meter = await openMeter(() => truth.totalA(plan.meterAt));
  const gateway = await openTheGateway(plan, meter.port);
  const chargersUrl = `ws://127.0.0.1:${gateway.ports.chargers}/ocpp`;
  const carClock = fastClock(plan.carsAreFaster);
  const chargers = plan.chargers.map(each => new ForeignCharger({ endpoint: chargersUrl, truth, carClock }, each));
  const obedience = watchObedience(chargers, plan.carsAreFaster);
  await Promise.all(chargers.map(charger => charger.open()));
  await Promise.all(chargers.map(charger => charger.told()));
  return {
    gateway,
    truth,
    meter,
    chargers,
    chargersUrl,
    webUrl: `http://127.0.0.1:${gateway.ports.web}`,
    charger: identity => {
      const found = chargers.find(charger => charger.plan.identity === identity);
      if (found === undefined) throw new Error(`no charger ${identity}`);
      return found;
    },
    plugAll() {
      for (const charger of chargers) for (const { plan } of charger.sockets) charger.plug(plan.connectorId);
    },
    disobeyed: () => obedience.disobeyed(),
    faults: () => chargers.flatMap(({ faults, plan: { identity } }) => faults.map(fault => `${identity} ${fault}`)),
    async close() {
      obedience.stop();
      await Promise.all(chargers.map(charger => charger.close()));
      await gateway.close();
      await meter.close();
    },
  };
}

async function openTheGateway(plan: SitePlan, meterPort: number): Promise<Gateway> {
  const devices = shippedDevices();
  const loaded = loadConfig({
    file: 'site.yaml',
    text: plan.yaml.replace('METER_PORT', String(meterPort)),
    environment: { TOKEN, ...plan.environment },
    readFile: () => ({ ok: false, why: 'rejected', detail: 'no files here' }),
    devices: { chargers: devices.chargers, meterIds: [...devices.meters.keys()], signedMeterIds: devices.signed },
    nowWallMs: Date.now(),
  });
  if (loaded.config === null || loaded.problems.length > 0)
    throw new Error(`the site file has problems:\n${loaded.problems.map(problemLine).join('\n')}`);
  const opened = await openGateway({
    config: loaded.config,
    world: realWorld('silent'),
    chargerProfiles: devices.chargers,
    meterProfiles: devices.meters,
    dataFolder: null,
    seen: true,
    loopbackWrites: false,
    nightly: null,
    sendPoints: null,
  });
  if (!opened.ok) throw new Error(opened.detail);
  return opened.value;
}

function shippedDevices() {
  const folder = resolve(import.meta.dirname, '../../../profiles');
  const chargerFiles = readProfileFolder(`${folder}/chargers`);
  const meterFiles = readProfileFolder(`${folder}/meters`);
  if (!chargerFiles.ok || !meterFiles.ok) throw new Error('the profiles cannot be read');
  const chargers = readChargerProfiles(chargerFiles.value);
  const meters = readMeterProfiles(meterFiles.value);
  if (!chargers.ok || !meters.ok) throw new Error('a shipped profile is faulty');
  const signed = [...meters.value].filter(([, profile]) => isSigned(profile)).map(([id]) => id);
  return { chargers: chargers.value as readonly ChargerProfile[], meters: meters.value, signed };
}
