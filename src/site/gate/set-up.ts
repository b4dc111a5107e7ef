/**
 * Set-up (rules 17, 25, 26): the steps that bring a charger under control after a boot or at the first contact.
 * Base first, so that nothing that is cleared later leaves a socket without a limit; then the hold; then
 * whatever is not ours is cleared by purpose and level, never all at once; at last it is read back.
 */
import { at } from '#base/assert.ts';
import { RETRY_FIRST_MS, RETRY_MAX_MS, SAMPLE_FRESH_MS } from '#site/gate/constants.ts';
import { hasOwnLevel } from '#site/gate/lease.ts';
import { highestHeldMa, isUnknown, newest } from '#site/gate/ledger.ts';
import type { Charger, Connector, Setup, SetupStep, SiteState } from '#site/state.ts';
import type { ChargerSpec, ChargerTraits, ConnectorSpec } from '#site/topology.ts';

/** Levels that are looked through for profiles of others; chargers with more are rare, and a higher one shows in the read-back. */
const CLEARED_LEVELS = 9;

/** Every step for a charger whose profiles are not known. */
export function wholeSetup(charger: ChargerSpec, traits: ChargerTraits): readonly SetupStep[] {
  const bases = charger.connectors.map((connector): SetupStep => ({ kind: 'base', connector }));
  const holds = charger.connectors.map((connector): SetupStep => ({ kind: 'hold', connector }));
  // With one level the hold carries its base itself; a base after it would take its place.
  const first = hasOwnLevel(traits)
    ? [{ kind: 'base', connector: null } as const, ...bases, ...holds]
    : [...holds, ...bases];
  const clock: SetupStep[] = traits.readsBack ? [{ kind: 'clock', connector: at(charger.connectors, 0) }] : [];
  return [...clock, ...first, { kind: 'maximum' }, ...clears(traits), ...readBacks(charger, traits)];
}

/** A mere reconnect only reads back: writing costs flash. */
export const readBacks = (charger: ChargerSpec, traits: ChargerTraits): readonly SetupStep[] =>
  traits.readsBack ? charger.connectors.map((connector): SetupStep => ({ kind: 'read-back', connector })) : [];

/** Never without criteria: a model that knows no criteria keeps what others left, which the read-back shows. */
function clears(traits: ChargerTraits): readonly SetupStep[] {
  if (!traits.clearsByCriteria) return [];
  const ours = new Set([traits.stackLevel, traits.stackLevel + (hasOwnLevel(traits) ? 1 : 0)]);
  const levels = Array.from({ length: CLEARED_LEVELS }, (_, level) => level);
  return [
    { kind: 'clear', purpose: 'TxProfile', stackLevel: null },
    ...levels
      .filter(level => !ours.has(level))
      .map((stackLevel): SetupStep => ({ kind: 'clear', purpose: 'TxDefaultProfile', stackLevel })),
    ...levels
      .filter(level => level !== traits.stackLevel)
      .map((stackLevel): SetupStep => ({ kind: 'clear', purpose: 'ChargingStationMaxProfile', stackLevel })),
  ];
}

/** A set-up that begins now. What was cleared before stays listed. */
export const setupOf = (before: Setup, todo: readonly SetupStep[]): Setup => ({
  ...before,
  todo,
  round: before.round + 1,
  readBack: 'unknown',
  saysMa: null,
  failures: 0,
});

export const isSetUp = (charger: Charger): boolean => charger.setup.todo.length === 0;

/** When a failed step is tried again. */
export const setupRetryAtMs = ({ setup }: Charger): number =>
  setup.failures === 0
    ? Number.NEGATIVE_INFINITY
    : setup.failedAtMs + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (setup.failures - 1));

/** The set-up once a step is done, or given up: it and what stood before it are over. */
export function afterStep(setup: Setup, isDone: (step: SetupStep) => boolean): Setup {
  const place = setup.todo.findIndex(isDone);
  return place < 0 ? setup : { ...setup, todo: setup.todo.slice(place + 1), failures: 0 };
}

export const sameStep = (a: SetupStep, b: SetupStep): boolean =>
  a.kind === b.kind &&
  ('connector' in a ? a.connector : null) === ('connector' in b ? b.connector : null) &&
  (a.kind !== 'clear' || (b.kind === 'clear' && a.purpose === b.purpose && a.stackLevel === b.stackLevel));

/** What a set-up does next: a step that has a message, or the limit of a hold. */
export type NextStep =
  | { readonly kind: 'step'; readonly step: Exclude<SetupStep, { kind: 'hold' }> }
  | { readonly kind: 'hold'; readonly connector: number; readonly limitMa: number };

/**
 * The first step that applies. @param targetOf what the plan gives a connector
 */
export function nextStep(
  state: SiteState,
  charger: Charger,
  targetOf: (connector: number) => number,
  atMs: number,
): NextStep | null {
  for (const step of charger.setup.todo) {
    if (step.kind === 'hold') {
      const spec = at(state.topology.connectors, step.connector);
      const limitMa = holdMa(at(state.connectors, step.connector), spec, charger, targetOf(step.connector), atMs);
      if (limitMa !== null) return { kind: 'hold', connector: step.connector, limitMa };
    } else if (step.kind === 'base' && step.connector !== null && isSpokenFor(state, step.connector, charger)) {
    } else return { kind: 'step', step };
  }
  return null;
}

/** With one level, a limit of ours on the socket is its base, too. */
const isSpokenFor = (state: SiteState, connector: number, { traits }: Charger): boolean =>
  !hasOwnLevel(traits) && at(state.connectors, connector).hasBase;

/**
 * A decrease of an earlier life may not have been written down, and its car may still be following it: what the
 * charger itself says is less then than all that we know. Of several sockets only the first was asked.
 */
const saidMa = ({ connectorId }: ConnectorSpec, { setup }: Charger): number =>
  setup.saysMa === null || connectorId !== 1 ? Number.POSITIVE_INFINITY : setup.saysMa;

/**
 * A feasible point at or below what is drawn, planned and held (rule 26), never above what it may hold now. Null
 * where nothing is known to hold: the last lease runs on, or the base governs.
 */
function holdMa(
  connector: Connector,
  spec: ConnectorSpec,
  charger: Charger,
  targetMa: number,
  atMs: number,
): number | null {
  const { draw, ledger, status, statusAtMs } = connector;
  const last = newest(ledger);
  // What was acknowledged is what it holds; more would be a raise that nobody checked.
  const knownMa = isUnknown(last) ? highestHeldMa(ledger, atMs) : last.limitMa;
  const heldMa = Math.min(ledger.uncontrolled ? Math.min(knownMa, ledger.brokenMa) : knownMa, saidMa(spec, charger));
  if (status === 'Available' && statusAtMs >= charger.linkSinceMs) return Math.min(spec.fallbackMa, heldMa);
  // With one level the base would take the place of a lower limit.
  const keptMa = !hasOwnLevel(charger.traits) && !isUnknown(last) && heldMa < spec.fallbackMa ? heldMa : null;
  if (draw === null || draw.atMs < charger.linkSinceMs || atMs - draw.atMs > SAMPLE_FRESH_MS) return keptMa;
  const { stepMa } = charger.traits;
  // What it draws now is no more than it drew: a socket that has told no status yet has no plan to follow.
  const plannedMa = status === 'Unknown' ? heldMa : targetMa;
  const limitMa = Math.floor(Math.min(Math.max(...draw.ma), plannedMa, heldMa) / stepMa) * stepMa;
  return limitMa >= spec.minMa ? limitMa : keptMa;
}
