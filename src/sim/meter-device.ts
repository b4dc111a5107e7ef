/**
 * A simulated Eastron SDM630 behind Modbus TCP. Input registers, float32, highest word first
 * (Eastron SDM630-Modbus V2 protocol, 1.2.1): V from 0x0000, A from 0x0006, W from 0x000C, total W at
 * 0x0034, Hz at 0x0046, kWh at 0x0048 and 0x004A. Values are the physical truth at the request.
 */
import type { Clock } from '#base/clock.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { Triple } from '#base/units.ts';
import type { RegisterBus, RegisterRead } from '#world.ts';
import type { Prng } from './prng.ts';

export type MeterFault = 'silent' | 'exception';

export type MeterDeps = {
  readonly clock: Clock;
  readonly random: Prng;
  readonly nominalV: number;
  /** What flows through it now, mA. */
  totalMa(): Triple;
  /** An answer is measured now. What comes back is called when the answer has arrived. */
  reading(): () => void;
  /** An answer that was due does not come. */
  missed(): void;
};

export type MeterDevice = {
  readonly unit: number;
  answer(request: RegisterRead, timeoutMs: number): Promise<Outcome<readonly number[]>>;
  /** The next so many requests fail in this way; on top of what is due already. */
  fail(fault: MeterFault, times: number): void;
  /** From now on it answers nothing, or again. */
  silence(silent: boolean): void;
};

/** One request and its answer on a LAN or through a gateway to RS-485 at 9600 baud. */
const LATENCY_MS: readonly [number, number] = [20, 60];
/** Modbus application protocol 1.1b3, clause 7: slave device failure. */
const EXCEPTION = 'exception 4: slave device failure';
/** Everything of the map up to export energy. */
const MAP_REGISTERS = 80;

export function meterDevice(deps: MeterDeps, unit: number): MeterDevice {
  const { clock, random } = deps;
  const due: MeterFault[] = [];
  let isSilent = false;
  const bytes = new DataView(new ArrayBuffer(MAP_REGISTERS * 2));
  let importKwh = 0;
  let countedAtMs = clock.nowMs();

  const put = (address: number, value: number) => bytes.setFloat32(address * 2, value);
  const measure = () => {
    const total = deps.totalMa();
    let powerW = 0;
    for (const p of [0, 1, 2] as const) {
      const watts = (total[p] / 1000) * deps.nominalV;
      put(0x0000 + 2 * p, deps.nominalV);
      put(0x0006 + 2 * p, total[p] / 1000);
      put(0x000c + 2 * p, watts);
      powerW += watts;
    }
    importKwh += (powerW * (clock.nowMs() - countedAtMs)) / 3.6e9;
    countedAtMs = clock.nowMs();
    put(0x0034, powerW);
    put(0x0046, 50);
    put(0x0048, importKwh);
  };
  const later = <T>(ms: number, value: () => T) =>
    new Promise<T>(resolve => clock.after('modbus', ms, () => resolve(value())));

  return {
    unit,
    fail: (fault, times) => {
      for (let i = 0; i < times; i++) due.push(fault);
    },
    silence: silent => {
      isSilent = silent;
    },
    answer: (request, timeoutMs) => {
      const fault = isSilent ? 'silent' : due.shift();
      const latencyMs = random.whole(...LATENCY_MS);
      if (fault) deps.missed();
      if (fault === 'silent') return later(timeoutMs, () => failed('timeout', `no answer in ${timeoutMs} ms`));
      if (fault === 'exception') return later(latencyMs, () => failed('exception', EXCEPTION));
      if (request.table !== 'input' || request.address + request.count > MAP_REGISTERS)
        return later(latencyMs, () => failed('exception', 'exception 2: illegal data address'));
      measure();
      const words: number[] = [];
      for (let i = 0; i < request.count; i++) words.push(bytes.getUint16((request.address + i) * 2));
      const arrived = deps.reading();
      return later(latencyMs, () => {
        arrived();
        return ok(words);
      });
    },
  };
}

/** A wire with the meters on it. A lost answer leaves it closed, as a real one. */
export function registerBus(clock: Clock, devices: readonly MeterDevice[]): RegisterBus {
  let open = false;
  let generation = 0;
  return {
    connect: async () => {
      open = devices.length > 0;
      return open ? ok(undefined) : failed('timeout', 'nobody answers at this address');
    },
    read: async (request, timeoutMs) => {
      const device = devices.find(each => each.unit === request.unit);
      if (!open) return failed('offline', 'the bus is closed');
      const turn = generation;
      const answer = device
        ? await device.answer(request, timeoutMs)
        : await new Promise<Outcome<readonly number[]>>(resolve =>
            clock.after('modbus', timeoutMs, () => resolve(failed('timeout', `no unit ${request.unit}`))),
          );
      if (turn !== generation) return failed('cancelled', 'the bus was closed');
      if (!answer.ok && answer.why !== 'exception') open = false;
      return answer;
    },
    close: () => {
      open = false;
      generation++;
    },
  };
}
