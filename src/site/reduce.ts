/** The only place where the site changes: one fact in, a new state out. One line for each kind of fact. */
import { unreachable } from '#base/assert.ts';
import { classFound } from '#site/deadman/class-found.ts';
import { testsAfter } from '#site/deadman/follow.ts';
import type { SiteEvent } from '#site/event.ts';
import { chargerConnected, chargerLost, chargerMarked } from '#site/reduce/charger.ts';
import { commandSettled, commandsSent } from '#site/reduce/command.ts';
import { withConnector } from '#site/reduce/leaf.ts';
import { limitsCleared, limitsSet, passed } from '#site/reduce/loop.ts';
import { meterFailed, meterSampled } from '#site/reduce/meter.ts';
import { chargerReported } from '#site/reduce/report.ts';
import { topologyChanged } from '#site/reduce/topology.ts';
import type { SiteState } from '#site/state.ts';

export function reduce(state: SiteState, event: SiteEvent): SiteState {
  const next = reduced(state, event);
  if (next.tests.length === 0) return next;
  const tests = testsAfter(next.tests, next, event);
  return tests === next.tests ? next : { ...next, tests };
}

function reduced(state: SiteState, event: SiteEvent): SiteState {
  switch (event.type) {
    case 'charger-connected':
      return chargerConnected(state, event);
    case 'charger-lost':
      return chargerLost(state, event);
    case 'charger-reported':
      return chargerReported(state, event);
    case 'commands-sent':
      return commandsSent(state, event);
    case 'command-settled':
      return commandSettled(state, event);
    case 'meter-sampled':
      return meterSampled(state, event);
    case 'meter-failed':
      return meterFailed(state, event);
    case 'limits-set':
      return limitsSet(state, event);
    case 'limits-cleared':
      return limitsCleared(state, event);
    case 'commissioning':
      return { ...state, commissioningUntilMs: event.untilMs };
    case 'charger-marked':
      return chargerMarked(state, event);
    case 'topology-changed':
      return topologyChanged(state, event);
    case 'wish-set':
      return withConnector(state, event.connector, connector => ({ ...connector, wish: event.wish }));
    case 'test-begun':
      return { ...state, tests: [...state.tests, event.test] };
    case 'test-ended':
      return { ...state, tests: state.tests.filter(test => test.id !== event.id) };
    case 'test-acted':
    case 'test-clock':
    case 'session-flagged':
      return state;
    case 'class-found':
      return classFound(state, event);
    case 'durability':
      return { ...state, limitsOnly: event.limitsOnly };
    case 'passed':
      return passed(state, event);
    default:
      return unreachable(event);
  }
}
