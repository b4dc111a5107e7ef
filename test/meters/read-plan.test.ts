import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceLimits } from '#meters/profile.ts';
import { type Quantity, type RegisterType, registersOf } from '#meters/quantity.ts';
import { type BlockRead, planReads, wordsOf } from '#meters/read-plan.ts';
import type { RegisterTable } from '#world.ts';

const quantity = (address: number, type: RegisterType = 'uint16', table: RegisterTable = 'input'): Quantity => ({
  table,
  address,
  type,
  order: 'ABCD',
  scale: 1,
  sign: 1,
  sentinels: [],
});

const limits = (rest: Partial<DeviceLimits> = {}): DeviceLimits => ({
  maxRegistersPerRead: 125,
  maxGap: 124,
  holes: [],
  minPauseMs: 0,
  ...rest,
});

const plan = (quantities: readonly Quantity[], device: DeviceLimits): readonly string[] =>
  planReads(quantities, device).map(({ table, address, count }) => `${table} ${address}+${count}`);

describe('wanted registers become few block reads', () => {
  const three = [quantity(0, 'float32'), quantity(6, 'float32'), quantity(40, 'float32')];
  it.each<[string, readonly Quantity[], Partial<DeviceLimits>, readonly string[]]>([
    ['nothing wanted, nothing read', [], {}, []],
    ['one read over the gaps', three, {}, ['input 0+42']],
    ['no read longer than allowed', three, { maxRegistersPerRead: 20 }, ['input 0+8', 'input 40+2']],
    ['no gap wider than allowed', three, { maxGap: 4 }, ['input 0+8', 'input 40+2']],
    ['a hole is not touched', three, { holes: [{ table: 'input', from: 3, to: 3 }] }, ['input 0+2', 'input 6+36']],
    ["another table's hole does not matter", three, { holes: [{ table: 'holding', from: 3, to: 3 }] }, ['input 0+42']],
    ['tables apart', [quantity(7, 'uint16', 'holding'), quantity(7)], {}, ['input 7+1', 'holding 7+1']],
    [
      'no value torn in two',
      [quantity(0, 'uint64'), quantity(4, 'uint32')],
      { maxRegistersPerRead: 5 },
      ['input 0+4', 'input 4+2'],
    ],
    ['overlapping values once', [quantity(0, 'uint64'), quantity(2, 'uint32'), quantity(0)], {}, ['input 0+4']],
  ])('%s', (_, quantities, device, reads) => {
    expect(plan(quantities, limits(device))).toEqual(reads);
  });
});

const types: readonly RegisterType[] = ['uint16', 'float32', 'int64'];
const someQuantities = fc.array(
  fc.record({ address: fc.integer({ min: 0, max: 30 }), type: fc.constantFrom(...types) }),
  { minLength: 1, maxLength: 6 },
);
const someLimits = fc.record({
  maxRegistersPerRead: fc.integer({ min: 4, max: 20 }),
  maxGap: fc.integer({ min: 0, max: 10 }),
  holes: fc.array(fc.integer({ min: 0, max: 33 }), { maxLength: 3 }),
});

type Site = { readonly wanted: readonly Quantity[]; readonly device: DeviceLimits };

const sites: fc.Arbitrary<Site> = fc
  .tuple(someQuantities, someLimits)
  .map(([list, { maxRegistersPerRead, maxGap, holes }]) => {
    const wanted = list.map(each => quantity(each.address, each.type));
    const free = holes.filter(hole => !wanted.some(each => spanHas(each, hole)));
    const device = { holes: free.map(each => ({ table: 'input' as const, from: each, to: each })) };
    return { wanted, device: limits({ maxRegistersPerRead, maxGap, ...device }) };
  });

const spanHas = (each: Quantity, register: number): boolean =>
  register >= each.address && register < each.address + registersOf(each.type);

/** Written from the device's point of view, not the planner's. */
function legal({ wanted, device }: Site, { address, count }: BlockRead): boolean {
  if (count > device.maxRegistersPerRead) return false;
  let gap = 0;
  for (let register = address; register < address + count; register += 1) {
    if (device.holes.some(hole => register >= hole.from && register <= hole.to)) return false;
    gap = wanted.some(each => spanHas(each, register)) ? 0 : gap + 1;
    if (gap > device.maxGap) return false;
  }
  return true;
}

const holds = (block: BlockRead, each: Quantity): boolean =>
  block.address <= each.address && block.address + block.count >= each.address + registersOf(each.type);

/** The fewest legal blocks that hold all, by trying every set. */
function fewest(site: Site): number {
  const { wanted } = site;
  const masks = new Set<number>();
  for (const first of wanted) {
    for (const last of wanted) {
      const count = last.address + registersOf(last.type) - first.address;
      const block = { table: 'input' as const, address: first.address, count };
      if (count < 1 || !legal(site, block)) continue;
      masks.add(wanted.reduce((mask, each, index) => (holds(block, each) ? mask | (1 << index) : mask), 0));
    }
  }
  const all = (1 << wanted.length) - 1;
  let reached = new Set([0]);
  for (let blocks = 1; blocks <= wanted.length; blocks += 1) {
    reached = new Set([...reached].flatMap(done => [...masks].map(mask => done | mask)));
    if (reached.has(all)) return blocks;
  }
  return Number.POSITIVE_INFINITY;
}

describe('whatever a device allows', () => {
  it('every value lies whole in a legal read, and no set of fewer reads would do', () => {
    fc.assert(
      fc.property(sites, site => {
        const reads = planReads(site.wanted, site.device);
        for (const each of site.wanted) expect(reads.some(read => holds(read, each))).toBe(true);
        for (const read of reads) expect(legal(site, read)).toBe(true);
        expect(reads.length).toBe(fewest(site));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('words are found in the blocks', () => {
  const block = { table: 'input' as const, address: 10, words: [1, 2, 3, 4] };
  it.each<[string, Quantity, readonly number[] | null]>([
    ['in the middle', quantity(11, 'uint32'), [2, 3]],
    ['at the end', quantity(12, 'uint32'), [3, 4]],
    ['not when torn', quantity(13, 'uint32'), null],
    ['not before', quantity(9), null],
    ['not in another table', quantity(11, 'uint16', 'holding'), null],
  ])('%s', (_, each, words) => {
    expect(wordsOf(each, [block])).toEqual(words);
  });
});
