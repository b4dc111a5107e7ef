import { describe, expect, test } from 'vitest';
import { keepers, plugInMa } from '#config/lapse.ts';
import { charger, examined, fuse, type RawEntry, site } from './sites.ts';

const paused = (identity: string, circuit: string, rest: RawEntry = {}) =>
  charger(identity, circuit, { fallbackA: 0, ...rest });

const dc = (identity: string, circuit: string, rest: RawEntry = {}): RawEntry => ({
  identity,
  circuit,
  current: 'dc',
  ratingKw: 50,
  minKw: 5,
  auth: 'none',
  address: '192.0.2.1',
  ...rest,
});

describe('when Busbar falls silent', () => {
  const keep = (limitA: number, chargers: readonly RawEntry[]) =>
    keepers(examined(site([{ id: 'main', limits: [fuse(limitA, true)] }], chargers)).topology, null);

  test.each([
    [5.9, 0],
    [6, 1],
    [17.9, 2],
    [18, 3],
  ])('under a fuse of %d A, %i of three paused sockets may keep their 6 A', (limitA, count) => {
    const three = ['A', 'B', 'C'].map(identity => paused(identity, 'main'));
    expect(keep(limitA, three)).toEqual({ sockets: 3, keep: count });
  });

  test('a fallback of others is taken off first', () => {
    expect(keep(18, [paused('A', 'main'), charger('B', 'main', { fallbackA: 13 })])).toEqual({ sockets: 1, keep: 0 });
  });

  test('a contract asks nothing: it holds while Busbar lives', () => {
    const contract = { source: 'contract', kind: 'live', limitA: 6, evOnly: true };
    const circuits = [{ id: 'main', limits: [fuse(18, true), contract] }];
    const { topology } = examined(
      site(
        circuits,
        ['A', 'B', 'C'].map(identity => paused(identity, 'main')),
      ),
    );
    expect(keepers(topology, null)).toEqual({ sockets: 3, keep: 3 });
  });

  test('one-phase sockets share phases, not places', () => {
    const spread = ['R', 'S', 'T'].map(rotation => paused(rotation, 'main', { phases: 1, rotation }));
    expect(keep(6, spread)).toEqual({ sockets: 3, keep: 3 });
    const crowded = ['1', '2', '3'].map(identity => paused(identity, 'main', { phases: 1, rotation: 'R' }));
    expect(keep(6, crowded)).toEqual({ sockets: 3, keep: 1 });
  });

  test('every fuse on the way has its say', () => {
    const circuits = [
      { id: 'main', limits: [fuse(12, true)] },
      { id: 'row', parent: 'main', limits: [fuse(6, true)] },
    ];
    const chargers = [paused('A', 'row'), paused('B', 'row'), paused('C', 'main')];
    const { topology } = examined(site(circuits, chargers));
    const [main, row] = topology.circuits;
    expect(keepers(topology, null)).toEqual({ sockets: 3, keep: 2 });
    expect(keepers(topology, main ?? null)).toEqual({ sockets: 3, keep: 2 });
    expect(keepers(topology, row ?? null)).toEqual({ sockets: 2, keep: 1 });
  });

  test('a DC charger that stands by draws already what it needs least of all', () => {
    // 5 kW are 8.741 A, standby 0.088 A; two stand by on every phase.
    const two = [dc('A', 'main', { fallbackKw: 0 }), dc('B', 'main', { fallbackKw: 0 })];
    expect(keep(8.829, two)).toEqual({ sockets: 2, keep: 1 });
    expect(keep(8.828, two)).toEqual({ sockets: 2, keep: 0 });
  });
});

describe('the reserve for cars that plug in', () => {
  const reserveA = (chargers: readonly RawEntry[]) => {
    const { topology } = examined(site([{ id: 'main', limits: [fuse(100, true)] }], chargers));
    const [main] = topology.circuits;
    if (main === undefined) throw new Error('no circuit');
    return plugInMa(topology, main) / 1000;
  };

  test('is the two largest fallbacks of a phase, no more', () => {
    const all = [6, 10, 8].map((fallbackA, index) => charger(`C${index}`, 'main', { fallbackA }));
    expect(reserveA(all)).toBe(18);
    expect(reserveA(all.slice(0, 1))).toBe(6);
  });

  test('costs nothing where everyone pauses', () => {
    expect(reserveA([paused('A', 'main'), paused('B', 'main')])).toBe(0);
  });

  test('counts each phase for itself', () => {
    const phases = ['R', 'S', 'T'].map(rotation => charger(rotation, 'main', { phases: 1, rotation, fallbackA: 6 }));
    expect(reserveA(phases)).toBe(6);
  });
});

describe('fallback auto of DC chargers', () => {
  const fallbacksA = (limitA: number, chargers: readonly RawEntry[]) =>
    examined(site([{ id: 'main', limits: [fuse(limitA, true)] }], chargers)).topology.connectors.map(
      one => one.fallbackMa / 1000,
    );

  test('is the booked minimum where all minimums fit, AC and DC together, else 0', () => {
    const pair = [charger('A', 'main'), dc('B', 'main')];
    expect(fallbacksA(14.741, pair)).toEqual([6, 8.741]);
    expect(fallbacksA(14.74, pair)).toEqual([0, 0]);
  });

  test('counts the standby of one that is told 0', () => {
    const pair = [charger('A', 'main'), dc('B', 'main', { fallbackKw: 0 })];
    expect(fallbacksA(6.088, pair)).toEqual([6, 0]);
    expect(fallbacksA(6.087, pair)).toEqual([0, 0]);
  });

  test('stays at the minimum of one that cannot pause, whatever the others must do', () => {
    const pair = [charger('A', 'main'), dc('B', 'main', { profile: 'never-pauses' })];
    expect(fallbacksA(14, pair)).toEqual([0, 8.741]);
  });
});
