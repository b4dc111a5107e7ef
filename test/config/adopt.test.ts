import { describe, expect, test } from 'vitest';
import { adoptionNotes, withAdopted } from '#config/adopt.ts';
import { devices } from './devices.ts';
import { charger, examined, fuse, type RawEntry, site } from './sites.ts';

const circuits = [
  { id: 'main', limits: [fuse(63)], designLoadA: 20 },
  { id: 'row', parent: 'main', limits: [fuse(32, true)] },
];
const file = (chargers: readonly RawEntry[], rest: RawEntry = {}) => site(circuits, chargers, rest);
const some = [charger('CP1', 'main'), charger('CP2', 'row', { connectors: [{ connectorId: 1 }, { connectorId: 2 }] })];
const entry = (rest: RawEntry = {}) => ({ ...charger('NEW', 'row'), identity: 'NEW', ...rest });

function adopted(raw: RawEntry, ...entries: (RawEntry & { identity: string })[]) {
  let { config } = examined(raw);
  for (const one of entries) {
    const grown = withAdopted(config, one, devices);
    if (!grown.ok) throw new Error(JSON.stringify(grown.problems));
    config = grown.value;
  }
  return config;
}

function problems(raw: RawEntry, one: RawEntry & { identity: string }) {
  const grown = withAdopted(examined(raw).config, one, devices);
  return grown.ok ? [] : grown.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a charger adopted beside a file', () => {
  test('makes the same site as a file in which it stands last', () => {
    const two = entry({ identity: 'TWO', connectors: [{ connectorId: 1 }, { connectorId: 2, ratingA: 16 }] });
    const one = entry({ phases: 1, rotation: 'S', cableA: 20 });
    const grown = adopted(file(some), two, one);
    const { config } = examined(file([...some, two, one]));
    expect(grown.topology).toEqual(config.topology);
    expect(grown.chargers).toEqual(config.chargers);
    expect(grown.traitOverrides).toEqual(config.traitOverrides);
  });

  test('moves no index and changes no figure of what was there, not even a fallback that a longer file would lower', () => {
    const before = examined(file(some)).config;
    const many = Array.from({ length: 8 }, (_, n) => entry({ identity: `N${n}` }));
    const grown = adopted(file(some), ...many);
    expect(grown.topology.connectors.slice(0, 3)).toEqual(before.topology.connectors);
    expect(before.topology.connectors.map(one => one.fallbackMa)).toEqual([6000, 6000, 6000]);
    // 32 A for cars: five sockets at 6 A fit beside the two of CP2 no more.
    expect(grown.topology.connectors.slice(3).map(one => one.fallbackMa / 1000)).toEqual([6, 6, 6, 0, 0, 0, 0, 0]);
    expect(examined(file([...some, ...many])).topology.connectors[1]?.fallbackMa).toBe(0);
  });

  test('is known to the circuits above it', () => {
    const { topology } = adopted(file(some), entry());
    expect(topology.circuits.map(({ id, connectors }) => [id, connectors])).toEqual([
      ['main', [0, 1, 2, 3]],
      ['row', [1, 2, 3]],
      ['CP2', [1, 2]],
    ]);
  });
});

describe('what is wrong with an entry is told at once, by its own keys', () => {
  test('keys, figures and references', () => {
    const found = problems(
      file(some),
      entry({ ratingA: undefined, circuit: 'rwo', phases: 2, ampere: 1, fallbackA: 3 }),
    );
    expect(found.map(text => text.split(':')[0]).toSorted()).toEqual([
      'ampere',
      'circuit',
      'fallbackA',
      'phases',
      'ratingA',
    ]);
  });

  test.each<[string, RawEntry & { identity: string }, string]>([
    ['an identity of the file', entry({ identity: 'CP1' }), 'identity: '],
    ['no proof of who it is', entry({ auth: 'basic', address: undefined }), 'password: missing: auth is basic'],
    ['a profile that is none', entry({ profile: 'nobodys' }), 'profile: no charger profile "nobodys"'],
    ['a DC charger without its figures', entry({ current: 'dc' }), 'minKw: missing'],
    [
      'several sockets and the name of a circuit',
      entry({ identity: 'row', connectors: [{ connectorId: 1 }, { connectorId: 2 }] }),
      'identity: "row" is a circuit already',
    ],
  ])('%s', (_, one, words) => {
    expect(problems(file(some), one).join('\n')).toContain(words);
  });

  test('a fallback that breaks a fuse once Busbar is dead', () => {
    expect(problems(file(some), entry({ fallbackA: 25 }))).toEqual([
      expect.stringContaining('circuits.1.limits.0: does not hold without Busbar'),
    ]);
  });
});

describe('what it costs the others', () => {
  test('is told where no raise fits beside its rating until it is proven', () => {
    const proven = { profile: 'tested-a' };
    const here = file([charger('CP1', 'main', proven)]);
    expect(adoptionNotes(adopted(here, entry()).topology)).toEqual([]);
    expect(adoptionNotes(adopted(here, entry(), entry({ identity: 'N2', ratingA: 16 })).topology)).toEqual(
      [
        expect.stringContaining('row has no room for that'),
        // 20 A of building, 6 A of CP1, 48 A of both.
      ]
        .concat(expect.stringContaining('main has no room'))
        .toReversed(),
    );
    expect(adoptionNotes(adopted(here, entry(proven), entry({ ...proven, identity: 'N2' })).topology)).toEqual([]);
  });
});
