/** What a fact of the site adds to the trail of a test. */
import { at } from '#base/assert.ts';
import { type DeadmanTest, LEAST_STEP_MA, legOf, ttlFor } from '#site/deadman/test.ts';
import { guardOf, restMa, type Trail, withReading, withSample } from '#site/deadman/trail.ts';
import { onlyAsks } from '#site/deadman/wishes.ts';
import type { SiteEvent } from '#site/event.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import type { SiteState } from '#site/state.ts';

type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

/** The test with what the fact says noted. @param state as it is after the fact */
export function noted(test: DeadmanTest, state: SiteState, event: SiteEvent): DeadmanTest {
  const trail = trailAfter(test, state, event);
  if (event.type === 'test-acted' && event.id === test.id && event.action.kind === 'ask-sample') {
    return { ...test, askedAtMs: event.atMs };
  }
  return trail === test.trail ? test : { ...test, trail };
}

function trailAfter(test: DeadmanTest, state: SiteState, event: SiteEvent): Trail {
  const { trail } = test;
  switch (event.type) {
    case 'charger-reported':
      return event.charger === test.charger ? reported(test, state, event) : trail;
    case 'meter-sampled':
      return event.meter === guardOf(state, test.connector) ? metered(test, state, event) : trail;
    case 'commands-sent':
      return event.commands.reduce((next, command) => sent(test, next, command, event.atMs), trail);
    case 'command-settled':
      return settled(test, event);
    case 'charger-lost':
      return event.charger === test.charger ? lost(test, event.atMs) : trail;
    case 'charger-connected':
      return event.charger === test.charger ? { ...trail, backAtMs: event.atMs } : trail;
    case 'test-acted':
      return event.id === test.id && event.action.kind !== 'ask-sample' ? { ...trail, actedAtMs: event.atMs } : trail;
    case 'meter-failed':
    case 'limits-set':
    case 'limits-cleared':
    case 'commissioning':
    case 'charger-marked':
    case 'topology-changed':
    case 'wish-set':
    case 'durability':
    case 'session-flagged':
    case 'passed':
    case 'test-begun':
    case 'test-ended':
    case 'test-clock':
    case 'class-found':
      return trail;
  }
}

/** Between the reset and the first current after it a session may end and begin again. */
const isRebooting = ({ step, trail }: DeadmanTest): boolean =>
  step === 'resetting' || step === 'rebooting' || (step === 'back' && trail.bootedAtMs !== null);

function reported(test: DeadmanTest, state: SiteState, { report, atMs }: Of<'charger-reported'>): Trail {
  const { trail } = test;
  const { draw, status, registerWh } = at(state.connectors, test.connector);
  if (report.kind === 'boot') return booted(test, atMs);
  if (status === 'Available' && !isRebooting(test)) return spoiled(trail, 'The car was unplugged.');
  if (report.kind === 'transaction-ended' && !isRebooting(test)) {
    const { connectorId } = at(state.topology.connectors, test.connector);
    const isOurs = at(state.connectors, test.connector).transaction === null;
    return isOurs ? spoiled(trail, `The charging session on socket ${connectorId} ended.`) : trail;
  }
  // `draw` also changes when a status says that nothing flows; only samples are looks at the car.
  if (report.kind !== 'meter-values' || draw === null || draw.atMs !== atMs) return trail;
  return withSample(trail, { atMs, ma: draw.ma, registerWh });
}

/** Many chargers tell their model again after every reconnect: with the socket cut that is no restart. */
function booted(test: DeadmanTest, atMs: number): Trail {
  if (isRebooting(test)) return { ...test.trail, bootedAtMs: atMs };
  return test.trail.lostAtMs === null ? spoiled(test.trail, 'The charger restarted by itself.') : test.trail;
}

const spoiled = (trail: Trail, words: string): Trail => (trail.spoilt === null ? { ...trail, spoilt: words } : trail);

function metered(test: DeadmanTest, state: SiteState, { meter, reading, atMs }: Of<'meter-sampled'>): Trail {
  return withReading(test.trail, { atMs, ma: restMa(state, meter, test.connector, reading.currentMa, atMs) });
}

/** The raise begins the lease; anything else that is sent from then on means that a fall shows nothing. */
function sent(test: DeadmanTest, trail: Trail, command: GateCommand, atMs: number): Trail {
  if (command.type === 'ask-sample' || command.charger !== test.charger) return trail;
  if (command.type === 'set-up') {
    return trail.raise === null || onlyAsks(command.step) ? trail : spoiled(trail, SENT);
  }
  if (command.connector !== test.connector) return trail;
  if (trail.raise !== null) return spoiled(trail, SENT);
  const isRaise = command.ttlMs === ttlFor(test.reactionMs) && command.limitMa >= test.lowMa + LEAST_STEP_MA;
  if (test.step !== 'room' || !isRaise) return trail;
  return { ...trail, raise: { limitMa: command.limitMa, lapseMa: command.lapseMa, sentAtMs: atMs, ackedAtMs: null } };
}

const SENT = 'A limit had to be sent before the leg was over, so nothing was shown.';

function settled(test: DeadmanTest, { command, outcome, atMs }: Of<'command-settled'>): Trail {
  const { trail } = test;
  const { raise } = trail;
  if (command.type !== 'set-limit' || command.connector !== test.connector || raise === null) return trail;
  if (command.ttlMs !== ttlFor(test.reactionMs) || command.limitMa !== raise.limitMa || raise.ackedAtMs !== null)
    return trail;
  if (outcome.ok) return { ...trail, raise: { ...raise, ackedAtMs: atMs } };
  const isRefused = outcome.why === 'rejected' || outcome.why === 'not-supported';
  return { ...trail, refused: isRefused ? 'rejected' : 'unanswered' };
}

/** A link that goes by itself spoils what it was needed for. */
function lost(test: DeadmanTest, atMs: number): Trail {
  const { trail } = test;
  const leg = legOf(test);
  const isOurs = trail.actedAtMs !== null && (leg === 'cut' || leg === 'reboot');
  const gone = { ...trail, lostAtMs: trail.lostAtMs ?? atMs, backAtMs: null };
  return isOurs ? gone : spoiled(gone, 'The charger lost its connection.');
}
