/** Dead-man tests as `GET /api/v1/deadman-tests` tells them. Currents in A, times in seconds or ISO 8601. */
import { at } from '#base/assert.ts';
import {
  type DeadmanResults,
  isSameModel,
  type ModelResult,
  type SocketResult,
  type Verdict,
  type Where,
} from '#site/deadman/results.ts';
import { liveSentence, meterSentence, verdictSentence, wiringSentence } from '#site/deadman/sentences.ts';
import type { DeadmanTest, KnownLegs, Leg, LegOutcome, Step } from '#site/deadman/test.ts';
import { type Found, phaseNames } from '#site/deadman/wiring.ts';
import type { SiteState } from '#site/state.ts';

export type FoundView = {
  /** The charger's own phases that the car draws on. */
  readonly phases: string;
  readonly wiring: string;
  readonly rotationAgrees: boolean | null;
  readonly meter: string;
  readonly meterGood: boolean | null;
  readonly meterRatio: number | null;
  readonly meterDirection: string | null;
  readonly raiseReactionS: number | null;
  readonly fallReactionS: number | null;
};

export type TestView = {
  readonly id: string;
  readonly charger: string;
  readonly connectorId: number;
  readonly state: 'running' | 'ended';
  readonly legs: readonly Leg[];
  readonly leg: Leg | null;
  readonly step: Step;
  /** Since the test began. */
  readonly seconds: number;
  /** What goes on now, or what came of it. */
  readonly sentence: string;
  readonly done: readonly Pick<LegOutcome, 'leg' | 'result' | 'evidence' | 'words'>[];
  readonly class: 'A' | 'B' | 'C' | null;
  readonly fellAfterS: number | null;
  readonly found: FoundView | null;
};

export type ModelView = {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly class: 'A' | 'B' | 'C' | null;
  readonly legs: KnownLegs;
  readonly charger: string;
  readonly at: string;
};

export type SocketView = {
  readonly charger: string;
  readonly connectorId: number;
  readonly firmware: string;
  /** True: the charger is another model or has another firmware by now, so that nothing of this counts. */
  readonly void: boolean;
  readonly fellAfterS: number | null;
  readonly found: FoundView | null;
  readonly at: string;
};

export type DeadmanView = {
  readonly running: readonly TestView[];
  readonly ended: readonly TestView[];
  readonly results: { readonly models: readonly ModelView[]; readonly sockets: readonly SocketView[] };
};

export type Ended = { readonly test: DeadmanTest; readonly where: Where; readonly verdict: Verdict };

export function deadmanView(
  state: SiteState,
  ended: readonly Ended[],
  results: DeadmanResults,
  nowMs: number,
): DeadmanView {
  return {
    running: state.tests.map(test => runningView(state, test, nowMs)),
    ended: ended.map(endedView),
    results: { models: results.models.map(modelView), sockets: results.sockets.map(one => socketView(state, one)) },
  };
}

const seconds = (ms: number): number => Math.round(ms / 100) / 10;
const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : seconds(ms));
const iso = (wallMs: number): string => new Date(wallMs).toISOString();

function base(test: DeadmanTest, untilMs: number) {
  const { id, legs, step } = test;
  const done = test.done.map(({ leg, result, evidence, words }) => ({ leg, result, evidence, words }));
  return { id, legs, step, done, seconds: seconds(untilMs - test.beganAtMs), leg: legs[test.done.length] ?? null };
}

function runningView(state: SiteState, test: DeadmanTest, nowMs: number): TestView {
  return {
    ...base(test, nowMs),
    charger: at(state.topology.chargers, test.charger).identity,
    connectorId: at(state.topology.connectors, test.connector).connectorId,
    state: 'running',
    sentence: liveSentence(test, nowMs),
    class: null,
    fellAfterS: null,
    found: test.found === null ? null : foundView(test.found),
  };
}

const endedView = ({ test, where, verdict }: Ended): TestView => ({
  ...base(test, test.stepSinceMs),
  charger: where.identity,
  connectorId: where.connectorId,
  state: 'ended',
  leg: null,
  sentence: verdictSentence(test, verdict),
  class: verdict.leaseClass,
  fellAfterS: secondsOrNull(verdict.fellAfterMs),
  found: verdict.found === null ? null : foundView(verdict.found),
});

function foundView(found: Found): FoundView {
  const measured = found.meter.kind === 'measured' ? found.meter : null;
  return {
    phases: phaseNames(found.own),
    wiring: wiringSentence(found.wiring),
    rotationAgrees: found.wiring?.agrees ?? null,
    meter: meterSentence(found.meter),
    meterGood: measured?.good ?? null,
    meterRatio: measured === null ? null : Math.round(measured.ratio * 100) / 100,
    meterDirection: measured?.direction ?? null,
    raiseReactionS: secondsOrNull(found.raiseReactionMs),
    fallReactionS: secondsOrNull(found.fallReactionMs),
  };
}

const modelView = ({ vendor, model, firmware, legs, leaseClass, identity, atWallMs }: ModelResult): ModelView => ({
  ...{ vendor, model, firmware, legs, class: leaseClass, charger: identity },
  at: iso(atWallMs),
});

function socketView(state: SiteState, result: SocketResult): SocketView {
  const { identity, connectorId, firmware, found, atWallMs } = result;
  const index = state.topology.chargers.findIndex(charger => charger.identity === identity);
  const charger = state.chargers[index];
  const isKnown = charger !== undefined && charger.model !== '';
  return {
    ...{ charger: identity, connectorId, firmware },
    void: isKnown && !isSameModel(charger, result),
    fellAfterS: secondsOrNull(result.fellAfterMs),
    found: found === null ? null : foundView(found),
    at: iso(atWallMs),
  };
}
