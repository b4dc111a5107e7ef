/** How soon a pass must follow an event. Overload, a lower limit and a lost link start one at once; raises can wait. */
import { at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { NOISE_MA } from '#site/gate/constants.ts';
import type { Background, SiteState } from '#site/state.ts';

type Reported = Extract<SiteEvent, { type: 'charger-reported' }>;

export type Urgency = 'now' | 'soon' | 'none';

/** @param before and after: the state on both sides of the event */
export function urgencyOf(event: SiteEvent, before: SiteState, after: SiteState): Urgency {
  const urgency = urgencyOfFact(event, before, after);
  return urgency === 'none' && before.tests !== after.tests && isTestMoved(before, after) ? 'soon' : urgency;
}

/** A test that goes on to its next step wants something else of the gate. */
const isTestMoved = (before: SiteState, after: SiteState): boolean =>
  after.tests.some((test, index) => test.step !== before.tests[index]?.step);

function urgencyOfFact(event: SiteEvent, before: SiteState, after: SiteState): Urgency {
  switch (event.type) {
    case 'charger-lost':
    case 'limits-set':
    // What was the building's until now may draw its rating: the others give way at once.
    case 'topology-changed':
      return 'now';
    case 'command-settled':
      // A raise that never left takes no room from anyone: a full disk must not start a pass for each.
      return event.outcome.ok || event.outcome.why === 'unstored' || event.outcome.why === 'withdrawn' ? 'soon' : 'now';
    case 'charger-connected':
    case 'limits-cleared':
    case 'commissioning':
    case 'charger-marked':
    case 'wish-set':
      return 'soon';
    case 'charger-reported':
      return before.connectors === after.connectors && event.report.kind !== 'boot'
        ? 'none'
        : reportUrgency(event, before, after);
    case 'meter-sampled':
      return meterUrgency(before, after);
    case 'test-begun':
    case 'test-ended':
    case 'class-found':
      return 'soon';
    case 'meter-failed':
    case 'test-acted':
    case 'test-clock':
    case 'durability':
    case 'session-flagged':
    case 'commands-sent':
    case 'passed':
      return 'none';
  }
}

/** A sample matters only where it changes what is booked; anything else a charger says may change who asks. */
function reportUrgency({ report, charger }: Reported, before: SiteState, after: SiteState): Urgency {
  if (report.kind !== 'meter-values') return 'soon';
  const own = at(after.topology.chargers, charger).connectors;
  return own.some(i => after.connectors[i]?.ledger !== before.connectors[i]?.ledger) ? 'soon' : 'none';
}

function meterUrgency(before: SiteState, after: SiteState): Urgency {
  let urgency: Urgency = 'none';
  for (let i = 0; i < after.backgrounds.length; i++) {
    const now = after.backgrounds[i];
    const then = before.backgrounds[i];
    if (now == null || then == null || now === then) continue;
    if (isWorse(then, now)) return 'now';
    if (isBetter(then, now, after.loop.raisesWaiting)) urgency = 'soon';
  }
  return urgency;
}

const isWorse = (then: Background, now: Background): boolean =>
  (then.heldMa === null) !== (now.heldMa === null) ||
  now.suspectSinceMs !== then.suspectSinceMs ||
  now.excessMa.some((ma, row) => ma > (then.excessMa[row] ?? 0)) ||
  (now.heldMa?.some((ma, row) => ma > (then.heldMa?.[row] ?? 0)) ?? false);

/** Falling background is worth a pass once it is more than noise; a waiting raise looks at every sample. */
const isBetter = (then: Background, now: Background, raisesWaiting: boolean): boolean =>
  (raisesWaiting && now.highMa.some((ma, row) => ma < (then.highMa[row] ?? 0) - NOISE_MA)) ||
  (now.heldMa?.some((ma, row) => ma < (then.heldMa?.[row] ?? 0)) ?? false) ||
  now.excessMa.some((ma, row) => ma < (then.excessMa[row] ?? 0));
