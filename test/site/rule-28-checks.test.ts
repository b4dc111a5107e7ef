/** Rule 28: an allocator that is wrong is found out by the checks, and everyone stands at the fallback at most. */
import { expect, it, vi } from 'vitest';
import type * as Allocate from '#site/allocation/allocate.ts';
import { settledDesk } from './site.ts';

const wrong = vi.hoisted(() => ({ addMa: 0 }));

/** Wrong: every car gets so much more than there is. */
vi.mock('#site/allocation/allocate.ts', async importOriginal => {
  const right = await importOriginal<typeof Allocate>();
  const allocate: typeof right.allocate = (...given) => {
    const found = right.allocate(...given);
    const shares = found.shares.map(share => ({ ...share, targetMa: share.targetMa + wrong.addMa }));
    return { ...found, shares };
  };
  return { ...right, allocate };
});

it('a share too much for the rows is granted to nobody: the lower of grant and fallback stands, and the failure is counted', () => {
  const bays = [{ fallbackA: 6 }, { fallbackA: 6 }];
  const desk = settledDesk({ bays, limits: [{ limitA: 40 }] }, 0);
  expect([desk.limitsA(), desk.last?.checksHeld, desk.state.loop.failedChecks]).toEqual([[19.5, 19.5], true, 0]);
  wrong.addMa = 5_000;
  desk.atMs += 1_000;
  desk.meter(39);
  const { commands, checksHeld } = desk.pass();
  expect(commands).toMatchObject([
    { change: 'decrease', limitMa: 6_000 },
    { change: 'decrease', limitMa: 6_000 },
  ]);
  expect([checksHeld, desk.state.loop.failedChecks]).toEqual([false, 1]);
  expect(desk.state.targets[0]?.reason.text).not.toBe('');
  wrong.addMa = 0;
  desk.settleAll(commands);
  desk.atMs += 1_000;
  desk.meter(39);
  expect(desk.pass().checksHeld, 'the allocator as it is').toBe(true);
});
