/** Since when a car has been asking for power: the order of arrival. */
import { wants } from '#site/allocation/claims.ts';
import type { Connector } from '#site/state.ts';

/** Keeps the moment at which it began, and forgets it when nobody asks. */
export const asking = (connector: Connector, atMs: number): Connector => {
  if (!wants(connector)) return connector.wantsSinceMs === null ? connector : { ...connector, wantsSinceMs: null };
  return connector.wantsSinceMs === null ? { ...connector, wantsSinceMs: atMs } : connector;
};
