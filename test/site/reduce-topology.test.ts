import { describe, expect, it } from 'vitest';
import { initialState } from '#site/initial.ts';
import { pass } from '#site/pass.ts';
import { reduce } from '#site/reduce.ts';
import type { SiteState } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import { topologyOf } from './site.ts';

const small = topologyOf({ bays: [{}, {}] });
const larger: Topology = { ...topologyOf({ bays: [{}, {}, { maxA: 16 }] }), meters: small.meters };
const state = initialState(small, 1000);

const changed = (from: SiteState, topology: Topology, charger = 2) =>
  reduce(from, { type: 'topology-changed', topology, charger, change: 'adopted', atMs: 5000 });

describe('a site that grows while it runs', () => {
  it('books what is new at its rating, and leaves every leaf of what was there alone', () => {
    const grown = changed(state, larger);
    expect(grown.connectors.slice(0, 2)).toEqual(state.connectors);
    expect(grown.connectors[0]).toBe(state.connectors[0]);
    expect(grown.chargers[1]).toBe(state.chargers[1]);
    expect(grown.backgrounds[0]).toBe(state.backgrounds[0]);
    expect(grown.connectors[2]?.ledger.held.map(held => held.limitMa)).toEqual([16_000]);
    expect(grown.targets).toHaveLength(3);
  });

  it('is seen whole by the very next pass, and grants nothing to what has no link', () => {
    const result = pass(changed(state, larger), 5000);
    expect(result.targets).toHaveLength(3);
    expect(result.checksHeld).toBe(true);
    expect(result.commands.filter(command => command.charger === 2)).toEqual([]);
  });

  const [first, ...others] = larger.connectors;
  if (first === undefined) throw new Error('a site has sockets');
  it.each<[string, Topology]>([
    ['moves a socket to another circuit', { ...larger, connectors: [{ ...first, path: [] }, ...others] }],
    ['changes a rating', { ...larger, connectors: [{ ...first, maxMa: first.maxMa + 1 }, ...others] }],
    ['changes a fallback', { ...larger, connectors: [{ ...first, fallbackMa: first.fallbackMa + 1 }, ...others] }],
    ['turns a wiring', { ...larger, connectors: [{ ...first, phases: [1, 2, 0] }, ...others] }],
    ['loses a socket', { ...larger, connectors: [first] }],
    ['changes places', { ...larger, chargers: larger.chargers.toReversed() }],
    ['loses a circuit', { ...larger, circuits: [] }],
    [
      'has a socket without the rows of its path',
      { ...larger, connectors: larger.connectors.map(one => (one.index === 2 ? { ...one, path: [7, 0] } : one)) },
    ],
  ])('never %s: that is a bug', (_, topology) => {
    expect(() => changed(state, topology)).toThrow('a topology grows at its ends only');
  });
});
