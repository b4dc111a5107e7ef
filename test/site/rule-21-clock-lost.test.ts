/** Rules 18 and 21: a lease is never written without its end. */
import { expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { wired } from '#site/charging-profile/wire.ts';
import { initialState } from '#site/initial.ts';
import { topologyOf } from './site.ts';

it('a raise whose charger loses its clock while the disk writes is not sent without an end', () => {
  // Decided with a known clock; by the time it is handed to the link a boot has made the clock unknown.
  const state = initialState(topologyOf({ bays: [{ fallbackA: 6 }] }), 0);
  const raise = {
    type: 'set-limit',
    connector: 0,
    charger: 0,
    limitMa: 29_000,
    lapseMa: 6_000,
    ttlMs: 60_000,
    change: 'raise',
  } as const;
  expect(at(state.chargers, 0).skew.ms).toBeNull();
  const { command } = wired(state, raise, 1_800_000_000_000);
  const periods = command.kind === 'set-charging-profile' ? command.profile.schedule.periods : [];
  expect(at(periods, periods.length - 1).limit).toBeLessThanOrEqual(6);
});
