/**
 * What a charger is asked for when it has come: samples every 10 s, and the status it has not told. A
 * script of commands with their fallbacks, behind everything that controls; it stops at the first silence.
 */
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply, Variable } from '#site/command.ts';

/** One thing to reach, and the ways to it, best first. */
export type Step = { readonly what: string; readonly attempts: readonly Command[] };

/** What is still to be learnt of a charger. */
export type ToLearn = {
  /** It never said which model it is, in this process. */
  readonly model: boolean;
  /** Nobody asked it for samples since it booted. */
  readonly samples: boolean;
  /** What it was set to before we change it was never written down (rule 25). */
  readonly former: boolean;
  /** OCPP connector numbers whose status is unknown. */
  readonly connectors: readonly number[];
};

/** Safety rule 5: a decrease is believed by a sample, so samples must not be rare. */
const SAMPLE_INTERVAL_S = 10;

/** The measurands that control and the record need, then fewer for chargers that refuse the list. */
const MEASURANDS = [
  'Current.Import,Power.Active.Import,Energy.Active.Import.Register',
  'Current.Import,Energy.Active.Import.Register',
  'Power.Active.Import,Energy.Active.Import.Register',
  'Current.Import',
] as const;

/** Connectors asked for their status: a station with more of them is asked as a whole by its first ones. */
const MAX_CONNECTORS_ASKED = 8;

/** The script for what is to be learnt, in OCPP 1.6 keys (1.6 §9.1). Status first: the gate waits for it. */
export function setupScript(toLearn: ToLearn): readonly Step[] {
  const boot: Step = {
    what: 'model',
    attempts: [{ kind: 'trigger', message: 'BootNotification', connectorId: null }],
  };
  const set = (key: string, value: string): Command => ({ kind: 'set-variable', key, value });
  const status = toLearn.connectors.slice(0, MAX_CONNECTORS_ASKED).map(
    (connectorId): Step => ({
      what: `status of connector ${connectorId}`,
      attempts: [{ kind: 'trigger', message: 'StatusNotification', connectorId }],
    }),
  );
  const former: Step = {
    what: 'former settings',
    attempts: [{ kind: 'get-variables', keys: ['MeterValueSampleInterval', 'MeterValuesSampledData'] }],
  };
  const samples: readonly Step[] = [
    ...(toLearn.former ? [former] : []),
    { what: 'sample interval', attempts: [set('MeterValueSampleInterval', String(SAMPLE_INTERVAL_S))] },
    { what: 'measurands', attempts: MEASURANDS.map(list => set('MeterValuesSampledData', list)) },
  ];
  return [...(toLearn.model ? [boot] : []), ...status, ...(toLearn.samples ? samples : [])];
}

/** What came of a script, for the log: steps reached by which attempt, steps refused, and where it stopped. */
export type ScriptEnd = {
  readonly reached: readonly string[];
  readonly refused: readonly string[];
  /** Why it ended early, or null. */
  readonly stopped: string | null;
};

/** What it was set to before; empty where it did not say, and where nobody asked. */
export type Former = readonly Variable[];

/** Where former settings are written down, by identity. */
export type FormerSettings = {
  isKept(identity: string): boolean;
  keep(identity: string, settings: Former): void;
};

/** Those of one charger. */
export const formerOf = (all: FormerSettings, identity: string) => ({
  isKept: () => all.isKept(identity),
  keep: (settings: Former) => all.keep(identity, settings),
});

export type Ask = (command: Command, settled: (outcome: Outcome<CommandReply>) => void) => void;

/**
 * Runs the steps one after the other. A refusal tries the next attempt; a charger that does not answer at
 * all, or is gone, ends the script: each further question would only hold up the link.
 */
export function runScript(steps: readonly Step[], ask: Ask, done: (end: ScriptEnd, former: Former) => void): void {
  const reached: string[] = [];
  const refused: string[] = [];
  let former: Former = [];
  const tryNext = (stepIndex: number, attemptIndex: number): void => {
    const step = steps[stepIndex];
    const command = step?.attempts[attemptIndex];
    if (step === undefined) done({ reached, refused, stopped: null }, former);
    else if (command !== undefined) ask(command, outcome => judge(step, stepIndex, attemptIndex, outcome));
    else {
      refused.push(step.what);
      tryNext(stepIndex + 1, 0);
    }
  };
  const judge = (step: Step, stepIndex: number, attemptIndex: number, outcome: Outcome<CommandReply>): void => {
    if (outcome.ok && outcome.value.kind === 'variables') former = outcome.value.known;
    if (silent(outcome)) done({ reached, refused, stopped: `${step.what}: ${outcome.why}` }, former);
    else if (!taken(outcome)) tryNext(stepIndex, attemptIndex + 1);
    else {
      reached.push(attemptIndex === 0 ? step.what : `${step.what} (attempt ${attemptIndex + 1})`);
      tryNext(stepIndex + 1, 0);
    }
  };
  tryNext(0, 0);
}

function silent(outcome: Outcome<CommandReply>): outcome is Extract<Outcome<CommandReply>, { ok: false }> {
  return !outcome.ok && (outcome.why === 'timeout' || outcome.why === 'offline' || outcome.why === 'cancelled');
}

/** 1.6 words for yes; RebootRequired holds after the next boot, which runs the script again. */
function taken(outcome: Outcome<CommandReply>): boolean {
  if (outcome.ok && outcome.value.kind === 'variables') return true;
  if (!outcome.ok || outcome.value.kind !== 'status') return false;
  return outcome.value.status === 'Accepted' || outcome.value.status === 'RebootRequired';
}
