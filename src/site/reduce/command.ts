/** What became of our commands (rules 1, 4, 6). */
import { at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { isProbe } from '#site/gate/ceiling.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { hasOwnLevel } from '#site/gate/lease.ts';
import { believed, believedByTime, isSaidFree } from '#site/gate/ledger.ts';
import { withAck, withoutSent, withRefusal, withSent, withSilence, withWrite } from '#site/gate/told.ts';
import { withCharger, withConnector } from '#site/reduce/leaf.ts';
import { withMoment } from '#site/reduce/report.ts';
import { stepSettled } from '#site/reduce/set-up.ts';
import type { Charger, Connector, SetupStep, SiteState } from '#site/state.ts';

type SetLimit = Extract<GateCommand, { type: 'set-limit' }>;
type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

/**
 * Booked before the bytes leave: from now on a charger may hold it. One step of the building may lower a
 * thousand chargers, so the lists are copied once for all of them.
 */
export function commandsSent(state: SiteState, event: Of<'commands-sent'>): SiteState {
  const chargers = state.chargers.slice();
  const connectors = state.connectors.slice();
  for (const command of event.commands) {
    const charger = at(chargers, command.charger);
    if (command.type === 'set-up') {
      chargers[command.charger] = { ...charger, callSinceMs: event.atMs };
      for (const index of writtenBy(state, command)) {
        const connector = at(connectors, index);
        connectors[index] = { ...connector, ledger: withWrite(connector.ledger, event.atMs) };
      }
    } else if (command.type === 'ask-sample') {
      chargers[command.charger] = { ...charger, askedAtMs: event.atMs };
    } else {
      chargers[command.charger] = { ...charger, callSinceMs: event.atMs };
      connectors[command.connector] = told(state, at(connectors, command.connector), command, event.atMs);
    }
  }
  return { ...state, chargers, connectors };
}

/** The sockets whose flash a step of set-up wears: what is meant for a whole station is written once for all of them. */
function writtenBy({ topology, chargers }: SiteState, { step, charger }: Extract<GateCommand, { type: 'set-up' }>) {
  // With one level a base is a limit like any other, and counted as that when it is answered.
  if (step.kind === 'base' && step.connector !== null)
    return hasOwnLevel(at(chargers, charger).traits) ? [step.connector] : [];
  return step.kind === 'base' || step.kind === 'maximum' ? at(topology.chargers, charger).connectors : [];
}

function told(state: SiteState, connector: Connector, sent: SetLimit, atMs: number): Connector {
  const { traits } = at(state.chargers, sent.charger);
  const ledger = believedByTime(connector.ledger, traits, atMs);
  const spec = at(state.topology.connectors, sent.connector);
  const probes = sent.change === 'raise' && isProbe(connector, spec, state.topology.nominalV, atMs);
  const probeAtMs = probes ? (connector.probeAtMs ?? atMs) : connector.probeAtMs;
  return { ...connector, probeAtMs, ledger: withSent(ledger, sent, atMs) };
}

export function commandSettled(state: SiteState, event: Of<'command-settled'>): SiteState {
  const { command } = event;
  const charger = at(state.chargers, command.charger);
  if (command.type === 'ask-sample' || charger.generation !== event.generation) return state;
  const silent = !event.outcome.ok && event.outcome.why === 'timeout';
  const freed = withCharger(state, command.charger, found => ({
    ...found,
    callSinceMs: null,
    timeouts: silent ? found.timeouts + 1 : 0,
  }));
  const said = event.outcome.ok ? event.outcome.said : undefined;
  const startMs = said?.kind === 'composite' ? said.startWallMs : null;
  const learned = startMs === null ? freed : withMoment(freed, command.charger, { ...event, isAsked: true }, startMs);
  if (command.type === 'set-up') return stepSettled(learned, command, event);
  const held = withConnector(learned, command.connector, connector =>
    settled(connector, charger, event, command.limitMa),
  );
  return event.outcome.ok ? holdDone(held, command.charger, command.connector) : held;
}

/** A limit of ours on a socket is its hold; with one stack level it carries the base, too. */
function holdDone(state: SiteState, charger: number, connector: number): SiteState {
  const isHold = (step: SetupStep) => step.kind === 'hold' && step.connector === connector;
  const done = withCharger(state, charger, found => {
    const todo = found.setup.todo.filter(step => !isHold(step));
    return todo.length === found.setup.todo.length ? found : { ...found, setup: { ...found.setup, todo } };
  });
  if (hasOwnLevel(at(state.chargers, charger).traits)) return done;
  return withConnector(done, connector, found => ({ ...found, hasBase: true }));
}

function settled(connector: Connector, charger: Charger, event: Of<'command-settled'>, limitMa: number): Connector {
  const { outcome, atMs } = event;
  if (outcome.ok) return afterAck(connector, charger, limitMa, atMs);
  if (outcome.why === 'withdrawn') return { ...connector, ledger: withoutSent(connector.ledger, limitMa) };
  // Any other answer, readable or not, leaves open whether the charger took it.
  // A raise that was certainly not taken says nothing against a decrease: no back-off, only the gap of raises.
  const isHarmless = event.command.type === 'set-limit' && event.command.change === 'raise';
  const refused = outcome.why === 'rejected' || outcome.why === 'not-supported' || outcome.why === 'unstored';
  if (refused && isHarmless) return { ...connector, ledger: withoutSent(connector.ledger, limitMa) };
  const ledger = refused ? withRefusal(connector.ledger, limitMa, atMs) : withSilence(connector.ledger, atMs);
  return { ...connector, ledger };
}

/**
 * A connector that is Available draws nothing: whatever plugs in obeys the limit just acknowledged (rule 5).
 * Only a status of the link that stands says so: a car may have come while the charger was away.
 */
function afterAck(connector: Connector, charger: Charger, limitMa: number, atMs: number): Connector {
  const acked = withAck(connector.ledger, limitMa, atMs);
  return { ...connector, ledger: isSaidFree(connector, charger) ? believed(acked) : acked };
}
