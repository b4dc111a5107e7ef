/** Which socket has which number at the back office, over the years of a site. */
import { expect, it } from 'vitest';
import type { Topology } from '#site/topology.ts';
import { numberingOf, numberOf, renumbered, socketOf } from '#upstream/numbering.ts';
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
