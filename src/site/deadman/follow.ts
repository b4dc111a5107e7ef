/** How a dead-man test goes on: one fact of the site in, the test after it out. Only `reduce` calls it. */
import { at } from '#base/assert.ts';
import { noted } from '#site/deadman/facts.ts';
import {
  fellAtMs,
  firstFlowingAfterReboot,
  ignoresLow,
  isSeenHigh,
  judgeCut,
  judgeLease,
  judgeReboot,
  standsLow,
  unclear,
} from '#site/deadman/judge.ts';
import {
  ACTION_MS,
  BACK_MS,
  cutUntilMs,
  type DeadmanTest,
  fallenByMs,
  type LegOutcome,
  LINGER_MS,
  lapsesAtMs,
  legOf,
  RETURN_MS,
  roomUntilMs,
  type Step,
} from '#site/deadman/test.ts';
import { EMPTY_TRAIL, guardOf, type Trail } from '#site/deadman/trail.ts';
import { afterPlateau, edgesOf, foundBy } from '#site/deadman/wiring.ts';
import type { SiteEvent } from '#site/event.ts';
import { LINK_MS } from '#site/gate/constants.ts';
import { newest } from '#site/gate/ledger.ts';
import type { SiteState } from '#site/state.ts';

/** The cut comes this long before the lease ends at the latest: the link must be down when it lapses. */
const CUT_BEFORE_LAPSE_MS = 3_000;

/** The test after a fact. @param state as it is after the fact */
export function testAfter(test: DeadmanTest, state: SiteState, event: SiteEvent): DeadmanTest {
  if (test.step === 'ended') return test;
  return moved(noted(test, state, event), state, event.atMs);
}

/** All tests of a site after a fact; the same list where nothing changed. */
export function testsAfter(tests: readonly DeadmanTest[], state: SiteState, event: SiteEvent): readonly DeadmanTest[] {
  const next = tests.map(test => testAfter(test, state, event));
  return next.every((test, index) => test === tests[index]) ? tests : next;
}

function moved(test: DeadmanTest, state: SiteState, atMs: number): DeadmanTest {
  const leg = legOf(test);
  if (leg === undefined) return test;
  const { spoilt } = test.trail;
  if (spoilt !== null) return closed(test, state, unclear(leg, spoilt), atMs);
  const next = judged(test, state, atMs);
  if (next === null) return test;
  return typeof next === 'string' ? stepped(test, next, atMs) : closed(test, state, next, atMs);
}

const stepped = (test: DeadmanTest, step: Step, atMs: number): DeadmanTest => ({ ...test, step, stepSinceMs: atMs });

/** The next step, the outcome of the leg, or null where nothing has changed. */
function judged(test: DeadmanTest, state: SiteState, atMs: number): Step | LegOutcome | null {
  switch (test.step) {
    case 'low':
      return low(test, state, atMs);
    case 'room':
      return room(test, atMs);
    case 'high':
      return high(test, atMs);
    case 'falling':
      return falling(test, atMs);
    case 'cutting':
    case 'resetting':
      return acting(test, atMs);
    case 'down':
      return down(test, atMs);
    case 'rebooting':
      return rebooting(test, atMs);
    case 'back':
      return back(test, atMs);
    case 'ended':
      return null;
  }
}

function low(test: DeadmanTest, state: SiteState, atMs: number): Step | LegOutcome | null {
  const last = newest(at(state.connectors, test.connector).ledger);
  const ackedAtMs = last.limitMa <= test.lowMa ? last.ackedAtMs : null;
  if (standsLow(test, ackedAtMs)) return 'room';
  const ignored = ignoresLow(test, ackedAtMs);
  if (ignored !== null) return ignored;
  if (atMs < roomUntilMs(test)) return null;
  const leg = legOf(test) ?? 'lease';
  if (ackedAtMs === null) return unclear(leg, 'The charger did not take the first limit in time.');
  const isSilent = test.trail.samples.length === 0;
  if (isSilent) return unclear(leg, 'The charger sends no samples, asked or not: nothing can be shown on it.');
  return unclear(leg, 'The car did not come to rest at the first limit: is one charging?');
}

function room(test: DeadmanTest, atMs: number): Step | LegOutcome | null {
  if (test.trail.raise !== null) return 'high';
  if (atMs < roomUntilMs(test)) return null;
  return unclear(legOf(test) ?? 'lease', 'The fuse never had room for the raise; try when fewer cars charge.');
}

function high(test: DeadmanTest, atMs: number): Step | LegOutcome | null {
  const leg = legOf(test) ?? 'lease';
  const { refused } = test.trail;
  if (refused === 'rejected' && leg === 'lease') {
    return { ...unclear(leg, 'The charger refuses a limit that ends by itself.'), result: 'held' };
  }
  if (refused !== null) return unclear(leg, 'The charger did not answer the raise.');
  const lapseMs = lapsesAtMs(test) ?? 0;
  if (leg === 'lease') return atMs >= lapseMs ? 'falling' : null;
  const isNearEnd = atMs >= lapseMs - CUT_BEFORE_LAPSE_MS;
  if (isSeenHigh(test) && (isNearEnd || edgesOf(test) !== null)) return leg === 'cut' ? 'cutting' : 'resetting';
  return isNearEnd ? unclear(leg, 'The car did not follow the raise in time.') : null;
}

function falling(test: DeadmanTest, atMs: number): LegOutcome | null {
  const fellMs = fellAtMs(test);
  const after = afterPlateau(test);
  const isMeasured = after !== null && after.toMs - after.fromMs >= LINGER_MS / 2;
  if (fellMs !== null && (isMeasured || atMs >= fellMs + LINGER_MS)) return judgeLease(test);
  const isLate = atMs >= fallenByMs(test) + LINK_MS;
  return isLate && fellMs === null ? judgeLease(test) : null;
}

function acting(test: DeadmanTest, atMs: number): Step | LegOutcome | null {
  const { actedAtMs, lostAtMs, bootedAtMs } = test.trail;
  const isDone = actedAtMs !== null && (lostAtMs !== null || bootedAtMs !== null);
  if (isDone) return test.step === 'cutting' ? 'down' : 'rebooting';
  if (atMs < test.stepSinceMs + ACTION_MS) return null;
  return test.step === 'cutting'
    ? unclear('cut', 'The connection could not be cut.')
    : unclear('reboot', 'The charger did not reset when it was asked to.');
}

function down(test: DeadmanTest, atMs: number): Step | LegOutcome | null {
  if (test.trail.backAtMs !== null) return 'back';
  return atMs >= cutUntilMs(test) + RETURN_MS ? judgeCut(test) : null;
}

function rebooting(test: DeadmanTest, atMs: number): Step | LegOutcome | null {
  const { backAtMs, bootedAtMs } = test.trail;
  if (backAtMs !== null && bootedAtMs !== null && bootedAtMs >= backAtMs) return 'back';
  return atMs >= test.stepSinceMs + RETURN_MS
    ? unclear('reboot', 'The charger did not come back from its reset.')
    : null;
}

function back(test: DeadmanTest, atMs: number): LegOutcome | null {
  const isLate = atMs >= test.stepSinceMs + BACK_MS;
  const { backAtMs, samples } = test.trail;
  if (legOf(test) === 'cut') {
    const isHeard = samples.some(sample => sample.atMs > (backAtMs ?? Number.POSITIVE_INFINITY));
    return isHeard || isLate ? judgeCut(test) : null;
  }
  return firstFlowingAfterReboot(test) !== null || isLate ? judgeReboot(test) : null;
}

/** The leg is over: on to the next where it passed, else the test ends. */
function closed(test: DeadmanTest, state: SiteState, outcome: LegOutcome, atMs: number): DeadmanTest {
  const done = [...test.done, outcome];
  const found =
    outcome.leg === 'lease' ? foundBy(test, state, guardOf(state, test.connector), fellAtMs(test)) : test.found;
  const isOver = outcome.result !== 'fell' || done.length === test.legs.length;
  const trail: Trail = isOver ? test.trail : EMPTY_TRAIL;
  return { ...stepped(test, isOver ? 'ended' : 'low', atMs), done, found, trail, legSinceMs: atMs };
}
