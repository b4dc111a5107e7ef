/** The Modbus door: one loop for each bus, readings and failures to whoever opened it. */
import { assert } from '#base/assert.ts';
import type { MeterReading } from '#site/state.ts';
import type { BusOptions, World } from '#world.ts';
import { BusLoop, type Line } from './bus-loop.ts';
import type { MeterOptions, MetersOptions } from './options.ts';
import type { MeterProfile } from './profile.ts';
import { pollPlan } from './read-plan.ts';

export type MetersDeps = Pick<World, 'clock' | 'log' | 'randomness' | 'openBus'> & {
  readonly profiles: ReadonlyMap<string, MeterProfile>;
  /** A believable reading. `atMs` is monotonic: when its last answer was parsed. */
  sampled(index: number, reading: MeterReading, atMs: number): void;
  /** A poll that brought none: no answer (`implausible` false), or one that cannot be believed. */
  failed(index: number, detail: string, implausible: boolean): void;
};

export type MetersHandle = {
  /** Ends all loops and closes all buses; nothing is told afterwards. */
  close(): Promise<void>;
};

/** Starts polling all meters. Their profiles must be known: the configuration has checked that. */
export function openMeters(deps: MetersDeps, options: MetersOptions): MetersHandle {
  const { clock, randomness, sampled, failed } = deps;
  const log = deps.log.child({ room: 'meters' });
  const busDeps = { clock, log, int: (below: number) => randomness.int(below), sampled, failed };
  const loops = [...byBus(options.meters).values()].map(
    ([bus, meters]) =>
      new BusLoop(
        busDeps,
        deps.openBus(bus),
        meters.map(meter => lineOf(meter, deps.profiles)),
      ),
  );
  return {
    close: async () => {
      await Promise.all(loops.map(loop => loop.close()));
    },
  };
}

/** Meters with equal bus options share one bus, in the order of the configuration. */
function byBus(meters: readonly MeterOptions[]): ReadonlyMap<string, readonly [BusOptions, readonly MeterOptions[]]> {
  const buses = new Map<string, readonly [BusOptions, readonly MeterOptions[]]>();
  for (const meter of meters) {
    const key = busKey(meter.bus);
    const [bus, before] = buses.get(key) ?? [meter.bus, []];
    buses.set(key, [bus, [...before, meter]]);
  }
  return buses;
}

function busKey(bus: BusOptions): string {
  if (bus.kind === 'tcp') return `tcp ${bus.host.toLowerCase()} ${bus.port}`;
  return `rtu ${bus.path} ${bus.baudRate} ${bus.parity} ${bus.stopBits}`;
}

function lineOf(meter: MeterOptions, profiles: ReadonlyMap<string, MeterProfile>): Line {
  const { index, id, unit, intervalMs, timeoutMs } = meter;
  const profile = profiles.get(meter.profile);
  assert(profile !== undefined, `meter ${id} names a profile that is not there: ${meter.profile}`);
  return { index, id, unit, intervalMs, timeoutMs, profile, plan: pollPlan(profile) };
}
