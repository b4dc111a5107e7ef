/** The devices that the case files may name, and the instant at which all of them are read. */
import { CAUTIOUS_TRAITS, type ChargerProfile } from '#chargers/quirks.ts';
import type { Devices } from '#config/config.ts';

/** 2026-03-10 12:00 UTC. */
export const NOW_WALL_MS = Date.UTC(2026, 2, 10, 12);

const profile = (id: string, traits: Partial<ChargerProfile>): ChargerProfile => ({
  ...CAUTIOUS_TRAITS,
  id,
  vendor: 'Acme',
  models: [id],
  firmware: { from: null, to: null },
  source: 'a test',
  tested: 'bench',
  answersPings: true,
  notes: [],
  ...traits,
});

export const devices: Devices = {
  chargers: [
    profile('tested-a', { leaseClass: 'A' }),
    profile('never-pauses', { leaseClass: 'A', canPause: false }),
    profile('untested', { leaseClass: 'A', tested: 'none' }),
  ],
  meterIds: ['eastron-sdm630', 'unsigned-meter'],
  signedMeterIds: ['eastron-sdm630'],
};
