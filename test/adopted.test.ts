/** What was adopted meets a site file that changed since: the file counts, and what does not fit is told in words. */
import { describe, expect, it } from 'vitest';
import { merged } from '#adopted.ts';
import { devices } from './config/devices.ts';
import { charger, examined, fuse, type RawEntry, site } from './config/sites.ts';

const circuit = (id: string) => ({ id, limits: [fuse(63, true)], ...(id === 'main' ? {} : { parent: 'main' }) });
const file = (circuits: readonly string[], chargers: readonly RawEntry[]) =>
  examined(site(circuits.map(circuit), chargers)).config;
const stored = (identity: string, circuitId: string, removedAtWallMs: number | null = null) => ({
  entry: { ...charger(identity, circuitId), identity },
  adoptedAtWallMs: 1,
  removedAtWallMs,
});
const merge = (config: ReturnType<typeof file>, ...all: ReturnType<typeof stored>[]) =>
  merged(config, all, devices.chargers);
const names = ({ config }: ReturnType<typeof merge>) => config.topology.chargers.map(one => one.identity);

describe('adopted chargers at a start', () => {
  it('stand behind those of the file in the order of their adoption, wherever the file grew', () => {
    const before = merge(file(['main'], [charger('CP1', 'main')]), stored('B', 'main'), stored('A', 'main'));
    expect(names(before)).toEqual(['CP1', 'B', 'A']);
    const grown = file(['main', 'row'], [charger('CP1', 'main'), charger('CP2', 'row')]);
    const after = merge(grown, stored('B', 'main'), stored('A', 'row'));
    expect(names(after)).toEqual(['CP1', 'CP2', 'B', 'A']);
    expect(after.config.topology.connectors.map(one => one.path)).toEqual([[0], [1, 0], [0], [1, 0]]);
    expect(after.leftOut).toEqual([]);
  });

  it('yield to the file where it names the same charger, and that is told', () => {
    const config = file(['main'], [charger('B', 'main', { ratingA: 16 })]);
    const found = merge(config, stored('B', 'main'), stored('A', 'main'));
    expect(names(found)).toEqual(['B', 'A']);
    expect(found.config.topology.connectors.map(one => one.maxMa)).toEqual([16_000, 32_000]);
    expect(found.leftOut).toMatchObject([
      { identity: 'B', problems: [{ message: 'B was adopted and stands in the site file too: the file counts' }] },
    ]);
  });

  it('are left out in words where their circuit is gone, and the others stay', () => {
    const found = merge(file(['main'], []), stored('A', 'row'), stored('B', 'main'));
    expect(names(found)).toEqual(['B']);
    expect(found.leftOut).toMatchObject([
      { identity: 'A', problems: [{ path: 'circuit', message: expect.stringContaining('no circuit "row"') }] },
    ]);
  });

  it('that were taken out keep their place, marked', () => {
    const found = merge(file(['main'], []), stored('A', 'main', 5), stored('B', 'main'));
    expect(found.config.topology.chargers.map(one => [one.identity, one.removed ?? false])).toEqual([
      ['A', true],
      ['B', false],
    ]);
  });
});
