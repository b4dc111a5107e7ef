/** A gate that clears everything at set-up is found out: a charger without a profile knows no limit. */
import { expect, it, vi } from 'vitest';
import type * as Wire from '#site/charging-profile/wire.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 1;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: every clear of a set-up goes out without criteria, and takes our own base and hold along (rules 24 and 25 broken). */
vi.mock('#site/charging-profile/wire.ts', async importOriginal => {
  const right = await importOriginal<typeof Wire>();
  const wired: typeof right.wired = (state, command, atChargerMs) => {
    const wire = right.wired(state, command, atChargerMs);
    if (!wrong.inForce || wire.command.kind !== 'clear-charging-profile') return wire;
    return {
      ...wire,
      command: { ...wire.command, profileId: null, connectorId: null, purpose: null, stackLevel: null },
    };
  };
  return { ...right, wired };
});

it(
  'clear all at set-up: chargers that were left without a profile exceed a limit within fifty seeds',
  async () => {
    const found = await firstFailing('clear all at set-up', 'overLimitMs', FOUND_BY);
    expect(found).not.toBeNull();
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
