/** What became of a step of set-up (rules 17, 25). */
import { at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { isDrawing } from '#site/gate/belief.ts';
import { SAMPLE_FRESH_MS } from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { hasOwnLevel } from '#site/gate/lease.ts';
import { believed, broken, highestHeldMa, isUnknown, newest } from '#site/gate/ledger.ts';
import { afterStep, sameStep, setupOf, wholeSetup } from '#site/gate/set-up.ts';
import { withAck, withSent } from '#site/gate/told.ts';
import { withCharger, withConnector } from '#site/reduce/leaf.ts';
import type { Connector, Setup, SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

type Settled = Extract<SiteEvent, { type: 'command-settled' }>;
type Step = Extract<GateCommand, { type: 'set-up' }>;

/** @param state the charger's link is free again */
export function stepSettled(state: SiteState, command: Step, event: Settled): SiteState {
  const { step } = command;
  if (at(state.chargers, command.charger).setup.round !== command.round) return state;
  if (!event.outcome.ok && step.kind === 'base') return baseFailed(state, command, event);
  const over = advanced(state, command);
  switch (step.kind) {
    case 'base':
      return step.connector === null ? over : withBase(over, step.connector, event.atMs);
    case 'clear':
      return cleared(over, command, event);
    case 'read-back':
      return readBack(over, command, event);
    case 'clock':
      return said(over, command, event);
    // Its rejection is tolerated (rule 17): many models know no station maximum.
    case 'maximum':
      return over;
  }
}

/** A box that is still busy with its boot may refuse twice; after that it may know Relative schedules only. */
const REFUSALS = 3;

/** A base that is not taken is said again, at last as a Relative one. On connector 0 a refusal is tolerated. */
function baseFailed(state: SiteState, command: Step, event: Settled): SiteState {
  const { charger, step } = command;
  const isRefused = !event.outcome.ok && (event.outcome.why === 'rejected' || event.outcome.why === 'not-supported');
  if (step.kind === 'base' && step.connector === null) return advanced(state, command);
  const { traits, setup } = at(state.chargers, charger);
  if (!isRefused || !traits.absolute || setup.failures + 1 < REFUSALS) return failed(state, charger, event.atMs);
  return withCharger(state, charger, found => ({ ...found, traits: { ...found.traits, absolute: false } }));
}

const failed = (state: SiteState, charger: number, atMs: number): SiteState =>
  withCharger(state, charger, found => ({
    ...found,
    setup: { ...found.setup, failures: found.setup.failures + 1, failedAtMs: atMs },
  }));

const advanced = (state: SiteState, { charger, step }: Step): SiteState =>
  withCharger(state, charger, found => ({ ...found, setup: afterStep(found.setup, other => sameStep(other, step)) }));

/** What it holds as it stands, before this set-up has written anything. */
function said(state: SiteState, { charger }: Step, { outcome }: Settled): SiteState {
  const said = outcome.ok ? outcome.said : undefined;
  if (said?.kind !== 'composite') return state;
  return withCharger(state, charger, found => ({ ...found, setup: { ...found.setup, saysMa: said.highestMa } }));
}

/** The base stands. With one stack level it has taken the place of whatever limit was there. */
function withBase(state: SiteState, connector: number, atMs: number): SiteState {
  const spec = at(state.topology.connectors, connector);
  const { traits } = at(state.chargers, spec.charger);
  return withConnector(state, connector, found => {
    if (hasOwnLevel(traits)) return { ...found, hasBase: true };
    const sent = { limitMa: spec.fallbackMa, lapseMa: spec.fallbackMa, ttlMs: null };
    return { ...found, hasBase: true, ledger: withAck(withSent(found.ledger, sent, atMs), sent.limitMa, atMs) };
  });
}

/** Whatever was there and was not ours is told to people; a refusal to clear shows in the read-back. */
function cleared(state: SiteState, { charger, step }: Step, event: Settled): SiteState {
  const said = event.outcome.ok ? event.outcome.said : undefined;
  if (step.kind !== 'clear' || said?.kind !== 'cleared' || !said.found) return state;
  const words = step.stackLevel === null ? step.purpose : `${step.purpose}, level ${step.stackLevel}`;
  return withCharger(state, charger, found => ({
    ...found,
    setup: { ...found.setup, cleared: [...new Set([...found.setup.cleared, words])] },
  }));
}

/** A composite schedule is rounded, and some models answer in watts. */
const ROUNDING_MA = 500;

/**
 * What the charger says is in force. More than anything we set means that something else governs it: once more
 * from the beginning, and if that helps nothing, its class is not believed.
 */
function readBack(state: SiteState, { charger, step }: Step, event: Settled): SiteState {
  if (step.kind !== 'read-back') return state;
  const said = event.outcome.ok ? event.outcome.said : undefined;
  const spec = at(state.topology.connectors, step.connector);
  const { ledger } = at(state.connectors, step.connector);
  // What an earlier life of ours left may still govern a socket that nothing was said to since.
  if (said?.kind !== 'composite' || isUnknown(newest(ledger))) return noted(state, charger, 'unsupported');
  const mostMa = Math.max(spec.fallbackMa, highestHeldMa(believed(ledger), event.atMs));
  return said.highestMa <= mostMa + ROUNDING_MA
    ? noted(state, charger, 'agrees')
    : differs(state, spec, said.highestMa, event.atMs);
}

/** One socket that differs is a charger that differs. */
const noted = (state: SiteState, index: number, found: 'agrees' | 'unsupported'): SiteState =>
  withCharger(state, index, charger => {
    const readBack = charger.setup.readBack === 'differs' ? 'differs' : found;
    return { ...charger, setup: { ...charger.setup, readBack } };
  });

function differs(state: SiteState, { index, charger }: ConnectorSpec, saidMa: number, atMs: number): SiteState {
  const spec = at(state.topology.chargers, charger);
  const { traits, setup } = at(state.chargers, charger);
  if (!setup.hasDiffered) {
    const again: Setup = { ...setupOf(setup, wholeSetup(spec, traits)), hasDiffered: true };
    return withCharger(state, charger, found => ({ ...found, setup: again }));
  }
  const connector = at(state.connectors, index);
  const isDoubtful = saidMa > wasToldMa(connector, atMs) + ROUNDING_MA && drawsNow(connector, atMs);
  // Once in the life of this process: a model whose answers are always wrong, and which obeys, has shown it then.
  const doubts = isDoubtful && !setup.isDoubted;
  const leaseClass = traits.leaseClass === 'C' ? 'C' : 'unknown';
  const known = withCharger(state, charger, found => ({
    ...found,
    traits: { ...traits, leaseClass },
    setup: { ...setup, readBack: 'differs', isDoubted: setup.isDoubted || doubts },
  }));
  if (!doubts || connector.ledger.uncontrolled) return known;
  // Its samples show whether it obeys all the same (rule 8).
  return withConnector(known, index, found => ({ ...found, ledger: broken(found.ledger) }));
}

/** The most that was ever said to it and may stand, a decrease that was lost on the way included. */
const wasToldMa = ({ ledger }: Connector, atMs: number): number =>
  highestHeldMa({ ...ledger, held: ledger.held.filter(held => !isUnknown(held)) }, atMs);

const drawsNow = ({ draw }: Connector, atMs: number): boolean => isDrawing(draw) && atMs - draw.atMs <= SAMPLE_FRESH_MS;
