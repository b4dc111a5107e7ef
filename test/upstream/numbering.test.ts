/** Which socket has which number at the back office, over the years of a site. */
import { expect, it } from 'vitest';
import type { Topology } from '#site/topology.ts';
import { isProposed, numberingOf, numberOf, renumbered, socketOf } from '#upstream/numbering.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

/** Only what numbering reads of a topology. */
const site = (...chargers: readonly (readonly [string, number])[]): Topology => {
  const connectors = chargers.flatMap(([, sockets], charger) =>
    Array.from({ length: sockets }, (_, i) => ({ charger, connectorId: i + 1 })),
  );
  const listed = connectors.map((connector, index) => ({ ...connector, index }));
  return { chargers: chargers.map(([identity]) => ({ identity })), connectors: listed } as unknown as Topology;
};

const kept = (changes: readonly StoreChange[]): StoredDocument[] =>
  changes.flatMap(change => (change.type === 'put' ? [change.document] : []));

const numbers = (numbering: ReturnType<typeof numberingOf>) =>
  numbering.sockets.map(({ number, charger, connectorId, index }) => [number, `${charger}/${connectorId}`, index]);

it('a new site is numbered from 1 in the order of its file, without a gap', () => {
  const fresh = numberingOf(site(['A', 1], ['B', 2]), []);
  expect(numbers(fresh)).toEqual([
    [1, 'A/1', 0],
    [2, 'B/1', 1],
    [3, 'B/2', 2],
  ]);
  expect(kept(fresh.unstored).map(({ key, json }) => [key, json])).toEqual([
    ['A/1', '{"number":1}'],
    ['B/1', '{"number":2}'],
    ['B/2', '{"number":3}'],
  ]);
});

it('a charger that is gone keeps its number, and one that is new comes last, wherever it stands in the file', () => {
  const stored = kept(numberingOf(site(['A', 1], ['B', 2]), []).unstored);
  const later = numberingOf(site(['C', 1], ['B', 2]), stored);
  expect(numbers(later)).toEqual([
    [1, 'A/1', null],
    [2, 'B/1', 1],
    [3, 'B/2', 2],
    [4, 'C/1', 0],
  ]);
  expect(kept(later.unstored).map(({ key }) => key)).toEqual(['C/1']);
  expect(numberOf(later, 'A', 1)).toBe(1);
  expect(socketOf(later, 1)?.index).toBeNull();
});

it('the installer’s numbers count where they are said, and the others take what is left in bay order', () => {
  const wished = (...wishes: readonly (number | undefined)[]): Topology =>
    ({
      chargers: wishes.map((_, index) => ({ identity: `C${index}` })),
      connectors: wishes.map((upstreamId, index) => ({ charger: index, connectorId: 1, index, upstreamId })),
    }) as unknown as Topology;
  const of = (topology: Topology, stored: readonly StoredDocument[] = []) =>
    numberingOf(topology, stored).sockets.map(({ number, charger }) => `${number} ${charger}`);
  expect(of(wished(undefined, 1, undefined, 3))).toEqual(['1 C1', '2 C0', '3 C3', '4 C2']);
  expect(of(wished(9, undefined)), 'no gap').toEqual(['1 C0', '2 C1']);
  const stored = kept(numberingOf(wished(undefined, undefined), []).unstored);
  expect(of(wished(2, 1), stored), 'frozen').toEqual(['1 C0', '2 C1']);
});

it('a number is a proposal until it is on disk', () => {
  const fresh = numberingOf(site(['A', 1], ['B', 1]), []);
  expect(fresh.sockets.map(socket => isProposed(fresh, socket))).toEqual([true, true]);
  const later = numberingOf(site(['A', 1], ['B', 1]), kept(fresh.unstored).slice(0, 1));
  expect(later.sockets.map(socket => isProposed(later, socket))).toEqual([false, true]);
});

it('a charger that replaces one takes over its numbers, and nobody else does', () => {
  const stored = kept(numberingOf(site(['A', 1], ['B', 2]), []).unstored);
  const swapped = (chargers: readonly (readonly [string, number])[], heir: string, replaces: string): Topology => {
    const topology = site(...chargers);
    const named = topology.chargers.map(spec => (spec.identity === heir ? { ...spec, replaces } : spec));
    return { ...topology, chargers: named };
  };
  const taken = numberingOf(
    swapped(
      [
        ['A', 1],
        ['N', 2],
      ],
      'N',
      'B',
    ),
    stored,
  );
  expect(numbers(taken)).toEqual([
    [1, 'A/1', 0],
    [2, 'N/1', 1],
    [3, 'N/2', 2],
  ]);
  const gone = taken.unstored.flatMap(change => (change.type === 'remove' ? [change.key] : []));
  expect([gone, kept(taken.unstored).map(({ key }) => key)]).toEqual([
    ['B/1', 'B/2'],
    ['N/1', 'N/2'],
  ]);
  const fewer = numberingOf(
    swapped(
      [
        ['A', 1],
        ['N', 1],
      ],
      'N',
      'B',
    ),
    stored,
  );
  expect(numbers(fewer), 'a socket that it has not stays removed').toEqual([
    [1, 'A/1', 0],
    [2, 'N/1', 1],
    [3, 'B/2', null],
  ]);
  const beside = numberingOf(
    swapped(
      [
        ['A', 1],
        ['B', 2],
        ['N', 1],
      ],
      'N',
      'B',
    ),
    stored,
  );
  expect(numbers(beside).at(-1), 'who still stands keeps his').toEqual([4, 'N/1', 3]);
});

it('a charger that had numbers of its own before it was said to replace another keeps those', () => {
  const stored = kept(numberingOf(site(['A', 1], ['B', 1], ['N', 1]), []).unstored);
  const left = site(['B', 1], ['N', 1]);
  const chargers = left.chargers.map(spec => (spec.identity === 'N' ? { ...spec, replaces: 'A' } : spec));
  const later = numberingOf({ ...left, chargers }, stored);
  expect(numbers(later)).toEqual([
    [1, 'A/1', null],
    [2, 'B/1', 0],
    [3, 'N/1', 1],
  ]);
  expect(later.unstored).toEqual([]);
});

it('a charger that comes while the gateway runs is proposed, and the others stay who they are', () => {
  const grown = renumbered({ ...numberingOf(site(['A', 1]), []), unstored: [] }, site(['A', 1], ['B', 1]));
  expect(numbers(grown)).toEqual([
    [1, 'A/1', 0],
    [2, 'B/1', 1],
  ]);
  expect(kept(grown.unstored).map(({ key }) => key)).toEqual(['B/1']);
});

it('a damaged document is passed over, not believed', () => {
  const damaged = ['not json', '{"number":"2"}', '{"number":0}', '{}'].map((json, i) => ({
    kind: 'upstream-map',
    key: `X/${i}`,
    json,
  }));
  expect(numbers(numberingOf(site(['A', 1]), damaged))).toEqual([[1, 'A/1', 0]]);
});
