/** What each socket of a charger books at least and at most, in mA of the grid, whatever unit it was written in. */
import { assert } from '#base/assert.ts';
import { toMa } from '#base/units.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import { bookedMa, dcSpec, wattsPerA } from './dc.ts';
import type { FallbackWish } from './fallback.ts';
import type { RawCharger, RawConnector } from './raw.ts';

/** The floor of IEC 61851-1 for a car that charges. */
const DEFAULT_MIN_A = 6;

/** A charger whose sockets share its feed: the feed is a row of its own (rule 7). */
export const isShared = (charger: { readonly connectors?: readonly unknown[] | undefined }): boolean =>
  (charger.connectors ?? []).length > 1;

export const socketsOf = (charger: RawCharger): readonly RawConnector[] =>
  charger.connectors ?? [
    { connectorId: 1, ...(charger.upstreamId === undefined ? {} : { upstreamId: charger.upstreamId }) },
  ];

/** The rating of its feed without the cable, mA per phase. */
export function feedMa(charger: RawCharger, nominalV: number): number {
  if (charger.current === 'dc') return bookedMa(known(charger.ratingKw, 'ratingKw'), wattsPerA(charger, nominalV));
  return toMa(known(charger.ratingA, 'ratingA'));
}

export type SocketFigures = Pick<ConnectorSpec, 'minMa' | 'maxMa' | 'dc'>;

/** Minimum and rating of one socket; the lowest of the charger's, its own and the cable's counts. */
export function socketFigures(charger: RawCharger, socket: RawConnector, nominalV: number): SocketFigures {
  const feed = Math.min(feedMa(charger, nominalV), toMa(charger.cableA ?? Number.POSITIVE_INFINITY));
  if (charger.current === 'ac') {
    const maxMa = Math.min(feed, toMa(socket.ratingA ?? Number.POSITIVE_INFINITY));
    return { minMa: toMa(charger.minA ?? DEFAULT_MIN_A), maxMa, dc: null };
  }
  const perA = wattsPerA(charger, nominalV);
  const own = bookedMa(socket.ratingKw ?? Number.POSITIVE_INFINITY, perA);
  const dc = dcSpec(charger, nominalV, socketsOf(charger).length);
  return { minMa: bookedMa(known(charger.minKw, 'minKw'), perA), maxMa: Math.min(feed, own), dc };
}

/** What the file wants each of its sockets to stand at when Busbar is silent. */
export function fallbackWish(charger: RawCharger, nominalV: number): FallbackWish {
  const wish = (charger.current === 'dc' ? charger.fallbackKw : charger.fallbackA) ?? 'auto';
  if (wish === 'auto') return wish;
  return charger.current === 'dc' ? bookedMa(wish, wattsPerA(charger, nominalV)) : toMa(wish);
}

function known(value: number | undefined, key: string): number {
  assert(value !== undefined, `a charger was let pass without ${key}`);
  return value;
}
