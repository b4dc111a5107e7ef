/** A gate whose leases are refreshed by a timer, and not by its passes, is found out by the seeds in which its loop hangs. */
import { expect, it, vi } from 'vitest';
import { at } from '#base/assert.ts';
import type * as LoopFile from '#loop.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { isUnknown, newest } from '#site/gate/ledger.ts';
import type { SiteState } from '#site/state.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 39;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: whatever the rows and the meters say, and whether or not passes complete, a timer says every grant again (rule 20 broken). */
vi.mock('#loop.ts', async importOriginal => {
  const right = await importOriginal<typeof LoopFile>();
  class Loop extends right.Loop {
    constructor(deps: LoopFile.LoopDeps) {
      super(deps);
      if (wrong.inForce) sayAgain(deps);
    }
  }
  return { ...right, Loop };
});

/** Of the shortest lease, as the gate as it is does it. */
const SHARE = 1 / 2;

function sayAgain(deps: LoopFile.LoopDeps): void {
  deps.clock.after('refresh', SHARE * deps.state().topology.leaseTtlMs, () => {
    const commands = deps.state().topology.connectors.flatMap(spec => grantOf(deps.state(), spec.index) ?? []);
    deps.dispatch({ type: 'commands-sent', commands, atMs: deps.clock.nowMs() });
    for (const command of commands) deps.send(command);
    sayAgain(deps);
  });
}

/** The lease that a charger on its link was told last, for as long as it was first given. */
function grantOf(state: SiteState, connector: number): GateCommand | null {
  const { charger } = at(state.topology.connectors, connector);
  const { link, callSinceMs } = at(state.chargers, charger);
  const last = newest(at(state.connectors, connector).ledger);
  if (link === 'offline' || callSinceMs !== null || isUnknown(last)) return null;
  const { limitMa, lapseMa, lapsesAtMs, sentAtMs } = last;
  if (lapsesAtMs === Number.POSITIVE_INFINITY) return null;
  return { type: 'set-limit', connector, charger, limitMa, lapseMa, ttlMs: lapsesAtMs - sentAtMs, change: 'refresh' };
}

it(
  'refresh by timer: leases that outlive a loop that hangs exceed a fuse within fifty seeds',
  async () => {
    const found = await firstFailing('refresh by timer', 'afterDeathOverMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('after-death');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
