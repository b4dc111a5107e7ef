import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { type MetersHandle, openMeters } from '#meters/meters.ts';
import type { MeterOptions } from '#meters/options.ts';
import type { MeterProfile } from '#meters/profile.ts';
import type { BusOptions, RegisterRead } from '#world.ts';
import { meterCase, wordsAt } from './cases.ts';
import { type HandMadeBus, handMadeBus } from './hand-made-bus.ts';
import { sdm630 } from './profiles.ts';
import { type SteppedClock, steppedClock } from './stepped-clock.ts';

type Told =
  | { readonly meter: number; readonly atMs: number; readonly currentMa: readonly number[] }
  | { readonly meter: number; readonly atMs: number; readonly detail: string; readonly implausible: boolean };

let clock: SteppedClock;
let buses: Map<string, HandMadeBus>;
let told: Told[];
let lines: string[];
let handle: MetersHandle | null;

beforeEach(() => {
  clock = steppedClock();
  buses = new Map();
  told = [];
  lines = [];
  handle = null;
});

afterEach(async () => {
  await handle?.close();
  expect(clock.pending()).toEqual([]);
});

const hostOf = (bus: BusOptions): string => (bus.kind === 'tcp' ? bus.host : bus.path);

/** The bus of a host; made before or by its opening. */
function busAt(host: string): HandMadeBus {
  const bus = buses.get(host) ?? handMadeBus(clock);
  buses.set(host, bus);
  return bus;
}

let opened: string[] = [];

function open(meters: readonly MeterOptions[], profile: MeterProfile = sdm630()): void {
  opened = [];
  const log = { ...silentLog, info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  handle = openMeters(
    {
      clock,
      log: { ...log, child: () => ({ ...log, child: () => silentLog }) },
      randomness: { uuid: () => '', int: () => 0 },
      openBus: options => {
        opened.push(hostOf(options));
        return busAt(hostOf(options));
      },
      profiles: new Map([[profile.id, profile]]),
      sampled: (meter, reading, atMs) => told.push({ meter, atMs, currentMa: reading.currentMa }),
      failed: (meter, detail, implausible) => told.push({ meter, atMs: clock.nowMs(), detail, implausible }),
    },
    { meters },
  );
}

const meter = (index: number, unit: number, rest: Partial<MeterOptions> = {}): MeterOptions => ({
  index,
  id: `meter-${index}`,
  profile: 'eastron-sdm630',
  bus: { kind: 'tcp', host: 'line', port: 502 },
  unit,
  intervalMs: 1000,
  timeoutMs: 800,
  ...rest,
});

const garage = meterCase('eastron-sdm630-import.json');
const broken = meterCase('eastron-sdm630-not-a-number.json');
const answers = ({ table, address, count }: RegisterRead) => wordsAt(garage, table, address, count);
const IMPORT_MA = [32_125, 4281, 750];

const samples = (index: number): readonly number[] =>
  told.filter(each => each.meter === index && 'currentMa' in each).map(each => each.atMs);
const failures = (index: number): readonly Told[] => told.filter(each => each.meter === index && 'detail' in each);

describe('one meter on its own bus', () => {
  it('is read each second without drift, and each sample bears the instant of its answer', async () => {
    busAt('line').devices.set(1, answers);
    open([meter(7, 1)]);
    await clock.advance(3500);
    expect(samples(7)).toEqual([40, 1040, 2040, 3040]);
    expect(told[0]).toEqual({ meter: 7, atMs: 40, currentMa: IMPORT_MA });
    expect(busAt('line').connectedAtMs).toEqual([0]);
  });

  it('slower than its interval is asked at every second slot of the grid', async () => {
    busAt('line').devices.set(1, answers);
    busAt('line').answerMs = 700;
    open([meter(0, 1, { intervalMs: 500 })]);
    await clock.advance(3000);
    expect(busAt('line').asked.map(each => each.atMs)).toEqual([0, 1000, 2000, 3000]);
  });

  it('that loses one answer is asked again at its next slot over a fresh connection', async () => {
    let asked = 0;
    busAt('line').devices.set(1, request => {
      asked += 1;
      return asked === 2 ? 'silent' : answers(request);
    });
    open([meter(0, 1)]);
    await clock.advance(3500);
    expect(samples(0)).toEqual([40, 2040, 3040]);
    expect(failures(0)).toEqual([{ meter: 0, atMs: 1800, detail: 'unit 1 is silent', implausible: false }]);
    expect(busAt('line').connectedAtMs).toEqual([0, 2000]);
  });

  it('that answers with an exception keeps its connection', async () => {
    let asked = 0;
    busAt('line').devices.set(1, request => {
      asked += 1;
      return asked === 1 ? 'exception' : answers(request);
    });
    open([meter(0, 1)]);
    await clock.advance(1500);
    expect(told.map(each => ('detail' in each ? each.detail : 'sample'))).toEqual(['exception 4', 'sample']);
    expect(busAt('line').connectedAtMs).toEqual([0]);
  });

  it('that cannot be reached is tried more and more seldom, and is back within the bound', async () => {
    busAt('line').devices.set(1, answers);
    busAt('line').reachable = false;
    open([meter(0, 1)]);
    await clock.advance(60_000);
    const tries = failures(0).map(each => each.atMs);
    expect(tries.slice(0, 5)).toEqual([800, 1800, 4600, 9400, 15_200]);
    expect(tries.length).toBeLessThan(14);
    busAt('line').reachable = true;
    await clock.advance(5800);
    expect(samples(0).length).toBeGreaterThan(0);
    expect(lines).toEqual(['meter does not answer', 'meter answers again']);
  });

  it('that answers nonsense is told as implausible and asked on at its interval', async () => {
    busAt('line').devices.set(1, ({ table, address, count }) => wordsAt(broken, table, address, count));
    open([meter(0, 1)]);
    await clock.advance(2500);
    expect(told).toEqual(
      [40, 1040, 2040].map(atMs => ({
        meter: 0,
        atMs,
        detail: 'current of L2 is not a number (NaN)',
        implausible: true,
      })),
    );
  });

  it('that answers too short is told as implausible, not read past the end', async () => {
    busAt('line').devices.set(1, request => answers(request).slice(0, 8));
    open([meter(0, 1)]);
    await clock.advance(100);
    expect(failures(0)).toEqual([
      { meter: 0, atMs: 40, detail: 'power of L1 is missing from the answer', implausible: true },
    ]);
  });

  it('whose device allows only short reads brings one sample from several, with its pauses kept', async () => {
    const profile = sdm630();
    busAt('line').devices.set(1, answers);
    open([meter(0, 1)], { ...profile, device: { ...profile.device, maxRegistersPerRead: 12, minPauseMs: 100 } });
    await clock.advance(900);
    expect(busAt('line').asked).toEqual([
      { atMs: 0, unit: 1, address: 0 },
      { atMs: 140, unit: 1, address: 12 },
      { atMs: 280, unit: 1, address: 52 },
    ]);
    expect(told).toEqual([{ meter: 0, atMs: 320, currentMa: IMPORT_MA }]);
  });
});

describe('meters on one bus', () => {
  it('are asked one after another, with the silence that the device wants between', async () => {
    for (const unit of [1, 2, 3]) busAt('line').devices.set(unit, answers);
    open([meter(0, 1), meter(1, 2), meter(2, 3, { bus: { kind: 'tcp', host: 'LINE', port: 502 } })]);
    await clock.advance(1200);
    expect(opened).toEqual(['line']);
    expect(busAt('line').asked.map(each => [each.atMs, each.unit])).toEqual([
      [0, 1],
      [140, 2],
      [280, 3],
      [1000, 1],
      [1140, 2],
    ]);
  });

  it('do not starve when one is dead: none of the others ever goes stale', async () => {
    busAt('line').devices.set(1, answers);
    busAt('line').devices.set(3, answers);
    open([meter(0, 1), meter(1, 2), meter(2, 3)]);
    await clock.advance(120_000);
    for (const index of [0, 2]) expect(longestGap(samples(index))).toBeLessThanOrEqual(2000);
    expect(failures(1).length).toBeGreaterThan(20);
  });

  it('do not starve when all but one are dead', async () => {
    busAt('line').devices.set(1, answers);
    open([2, 3, 4, 5, 6, 7, 8, 9, 1].map((unit, index) => meter(index, unit)));
    await clock.advance(120_000);
    expect(longestGap(samples(8).slice(1))).toBeLessThan(3000);
  });

  it('come back when the dead one is replaced', async () => {
    busAt('line').devices.set(1, answers);
    open([meter(0, 1), meter(1, 2)]);
    await clock.advance(60_000);
    busAt('line').devices.set(2, answers);
    await clock.advance(8000);
    expect(samples(1).length).toBeGreaterThan(1);
  });
});

it('meters on different buses do not wait for each other', async () => {
  busAt('near').devices.set(1, answers);
  busAt('far').reachable = false;
  open([
    meter(0, 1, { bus: { kind: 'tcp', host: 'far', port: 502 } }),
    meter(1, 1, { bus: { kind: 'tcp', host: 'near', port: 502 } }),
  ]);
  await clock.advance(2500);
  expect(samples(1)).toEqual([40, 1040, 2040]);
});

describe('closing', () => {
  it('gives up the request under way and tells nothing any more', async () => {
    busAt('line').devices.set(1, answers);
    open([meter(0, 1)]);
    await clock.advance(1010);
    await handle?.close();
    await clock.advance(5000);
    expect(samples(0)).toEqual([40]);
    expect(failures(0)).toEqual([]);
    expect(busAt('line').closedAtMs).toEqual([1010]);
    handle = null;
  });

  it('ends a connect that hangs and a wait for the next slot', async () => {
    busAt('dead').reachable = false;
    busAt('line').devices.set(1, answers);
    open([meter(0, 1), meter(1, 1, { bus: { kind: 'tcp', host: 'dead', port: 502 } })]);
    await clock.advance(500);
    await handle?.close();
    await clock.advance(5000);
    expect(told.map(each => each.atMs)).toEqual([40]);
    handle = null;
  });
});

const longestGap = (instants: readonly number[]): number =>
  Math.max(...instants.map((atMs, index) => (instants[index + 1] ?? atMs) - atMs));
