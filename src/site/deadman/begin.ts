/** Whether a socket can be tested now, and the test at its first instant. */
import { at } from '#base/assert.ts';
import type { Checked, Problem } from '#base/problem.ts';
import { amps } from '#site/deadman/judge.ts';
import { type DeadmanResults, knownLegs } from '#site/deadman/results.ts';
import { type DeadmanTest, LEAST_STEP_MA, LEGS, type Leg, RAISED_MA } from '#site/deadman/test.ts';
import { EMPTY_TRAIL } from '#site/deadman/trail.ts';
import { isReachable } from '#site/gate/belief.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export type TestOrder = {
  readonly id: string;
  readonly identity: string;
  /** The charger's own number of the socket; null takes the one on which a car charges, else the first. */
  readonly connectorId: number | null;
  /** Null: the lease, and what this model and firmware has not shown yet. */
  readonly legs: readonly Leg[] | null;
};

/** The test, or everything that stands against it. Nothing is sent yet. */
export function beginTest(
  state: SiteState,
  order: TestOrder,
  results: DeadmanResults,
  atMs: number,
): Checked<DeadmanTest> {
  const charger = state.topology.chargers.find(({ identity }) => identity === order.identity);
  if (charger === undefined) return refused({ path: 'charger', message: `no charger is called "${order.identity}"` });
  const spec = socketOf(state, charger.connectors, order.connectorId);
  if (spec === null) {
    const numbers = charger.connectors.map(index => at(state.topology.connectors, index).connectorId).join(', ');
    return refused({
      path: 'connectorId',
      message: `${order.identity} has no socket ${order.connectorId}`,
      hint: `it has ${numbers}`,
    });
  }
  const { vendor, model, firmware, traits } = at(state.chargers, charger.index);
  const known = knownLegs(results, { vendor, model, firmware });
  const legs = order.legs ?? LEGS.filter(leg => leg === 'lease' || known[leg] === null);
  const problems = [...unfit(state, spec), ...legProblems(state, spec, legs)];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: {
      id: order.id,
      charger: charger.index,
      connector: spec.index,
      model: { vendor, model, firmware },
      legs: LEGS.filter(leg => legs.includes(leg)),
      done: [],
      known,
      lowMa: spec.minMa,
      highMa: Math.min(RAISED_MA, spec.maxMa),
      reactionMs: traits.reactionMs,
      beganAtMs: atMs,
      legSinceMs: atMs,
      step: 'low',
      stepSinceMs: atMs,
      trail: EMPTY_TRAIL,
      found: null,
      askedAtMs: Number.NEGATIVE_INFINITY,
    },
  };
}

const refused = (problem: Problem): Checked<never> => ({ ok: false, problems: [problem] });

function socketOf(state: SiteState, connectors: readonly number[], connectorId: number | null): ConnectorSpec | null {
  const specs = connectors.map(index => at(state.topology.connectors, index));
  if (connectorId !== null) return specs.find(spec => spec.connectorId === connectorId) ?? null;
  return specs.find(spec => at(state.connectors, spec.index).transaction !== null) ?? specs[0] ?? null;
}

const problem = (isSo: boolean, path: string, message: string, hint?: string): readonly Problem[] =>
  isSo ? [{ path, message, ...(hint === undefined ? {} : { hint }) }] : [];

/** What stands against testing this socket at all. */
function unfit(state: SiteState, spec: ConnectorSpec): readonly Problem[] {
  const charger = at(state.chargers, spec.charger);
  const { transaction } = at(state.connectors, spec.index);
  const name = at(state.topology.chargers, spec.charger).identity;
  const highMa = Math.min(RAISED_MA, spec.maxMa, ...spec.path.map(circuit => fixedMa(state, circuit)));
  const isTested = state.tests.some(test => test.charger === spec.charger && test.step !== 'ended');
  return [
    ...problem(!isReachable(charger), 'charger', `${name} is offline`),
    ...problem(isTested, 'charger', `${name} is being tested already`, 'wait, or cancel that test'),
    ...problem(
      charger.model === '',
      'charger',
      `${name} has not told its model yet`,
      'a class belongs to a model and firmware',
    ),
    ...problem(
      spec.dc !== null,
      'connectorId',
      'is a socket for direct current: the test knows alternating current only',
    ),
    ...problem(
      !charger.traits.absolute,
      'charger',
      'this model knows relative schedules only, and no lease can be written for it',
    ),
    ...problem(
      transaction === null,
      'connectorId',
      'no car charges here',
      'plug one in that takes at least 10 A, and start it',
    ),
    ...problem(
      highMa - spec.minMa < LEAST_STEP_MA,
      'connectorId',
      `its circuit allows ${amps(highMa)}; a step of ${amps(LEAST_STEP_MA)} above ${amps(spec.minMa)} is needed`,
    ),
    ...problem(
      highMa - spec.fallbackMa < LEAST_STEP_MA,
      'connectorId',
      `its fallback current of ${amps(spec.fallbackMa)} leaves no step of ${amps(LEAST_STEP_MA)} below ${amps(highMa)}`,
      'lower fallbackA for the test',
    ),
  ];
}

/** The lowest fixed limit of a circuit on any phase: more can never be given there. */
const fixedMa = (state: SiteState, circuit: number): number =>
  Math.min(
    ...at(state.topology.circuits, circuit).limits.flatMap(limit => [...limit.limitMa]),
    Number.POSITIVE_INFINITY,
  );

function legProblems(state: SiteState, spec: ConnectorSpec, legs: readonly Leg[]): readonly Problem[] {
  const others = at(state.topology.chargers, spec.charger).connectors.filter(index => index !== spec.index);
  const isShared = others.some(index => at(state.connectors, index).transaction !== null);
  return [
    ...problem(!legs.includes('lease'), 'legs', 'must have "lease": the others mean nothing without it'),
    ...problem(
      isShared && legs.includes('reboot'),
      'legs',
      'a car charges at another socket of this charger, and a reset would end its session',
      'leave out "reboot", or wait',
    ),
  ];
}
