/**
 * What happens when Busbar falls silent, in sentences for people: shared by the API and the page. Words of
 * design §7: no EVSE, no lease. Currents in A, times in ms.
 */
import { unreachable } from '#base/assert.ts';
import type { ExposureBy } from '#site/gate/exposure-words.ts';
import { age, amps } from './sentences.ts';
import type { ConnectorView, SetUpView } from './site-view.ts';

export type Booking = {
  readonly by: ExposureBy;
  readonly exposureA: number;
  /** The newest limit it was told; null where nothing is known of it. */
  readonly toldA: number | null;
  readonly toldAgoMs: number;
  readonly answered: boolean;
  readonly leaseMs: number | null;
  readonly lapseA: number | null;
  readonly fallbackA: number;
};

/** Why so much is booked for a connector. */
export function exposureSentence(booking: Booking): string {
  const booked = amps(booking.exposureA);
  const told = booking.toldA === null ? 'nothing yet' : amps(booking.toldA);
  switch (booking.by) {
    case 'grant':
      return `${booked}: what it was told.`;
    case 'decrease-unseen':
      return booking.answered
        ? `${booked}: told ${told} ${age(booking.toldAgoMs)} ago, not yet seen to follow.`
        : `${booked}: told ${told} ${age(booking.toldAgoMs)} ago, no answer yet.`;
    case 'raise-unanswered':
      return `${booked}: it may follow already, though it has not answered yet.`;
    case 'lapse':
      return `${booked}: told ${told}, but rises to ${amps(booking.lapseA ?? booking.exposureA)} by itself if it hears nothing more.`;
    case 'draw':
      return `${booked}: what it draws, more than the ${told} it was told.`;
    case 'unknown-past':
      return `${booked}, the most it can draw: nothing is known of what it was told before.`;
    case 'offline-unproven':
      return `${booked}, the most it can draw: it is offline and not proven to fall back by itself.`;
    case 'offline-lease':
      return offlineSentence(booked, booking);
    case 'uncontrolled':
      return `${booked}, the most it can draw: it does not do what it is told.`;
    case 'set-up':
      return `${booked}: it is being set up, and may still obey what it held before.`;
    case 'idle':
      return booking.fallbackA === 0
        ? `${booked}: no car is plugged in, and the next one begins at 0 A.`
        : `${booked}: no car is plugged in. Room for the next one to arrive is kept on its fuses.`;
    case 'switched-off':
      return `${booked}: a person said that it has no power.`;
    default:
      return unreachable(booking.by);
  }
}

function offlineSentence(booked: string, { leaseMs, lapseA }: Booking): string {
  if (leaseMs === null || lapseA === null) return `${booked}: it is offline, and stays at this by itself.`;
  if (leaseMs === 0) return `${booked}: it is offline, and is falling back to ${amps(lapseA)} by itself.`;
  return `${booked}: it is offline, and falls back to ${amps(lapseA)} by itself in ${age(leaseMs)}.`;
}

type Keeping = Pick<ConnectorView, 'grantA' | 'lapseA' | 'leaseClass'>;

/**
 * What the charger does when it hears nothing more: a fact where it is proven, else only what it was told.
 * @param leftMs counts down; null = its limit has no end
 */
export function keepSentence({ grantA, lapseA, leaseClass }: Keeping, leftMs: number | null): string {
  if (grantA === null || lapseA === null) return 'Has not taken a limit yet.';
  const proven = leaseClass === 'A';
  const keeps = proven ? 'Keeps' : 'Was told to keep';
  if (leftMs === null || grantA === lapseA) return `${keeps} ${amps(lapseA)} by itself.`;
  if (leftMs <= 0) {
    const way = lapseA < grantA ? 'falling back' : 'rising';
    return `${proven ? 'Is' : 'Should be'} ${way} to ${amps(lapseA)} by itself.`;
  }
  const what = grantA === 0 ? `${proven ? 'Stays' : 'Was told to stay'} paused` : `${keeps} its ${amps(grantA)}`;
  return `${what} by itself for ${age(leftMs)}, then ${amps(lapseA)}.`;
}

/** Whether the sentence above is a fact or only what the charger was told. */
export function classSentence({ leaseClass, control }: Pick<ConnectorView, 'leaseClass' | 'control'>): string {
  switch (leaseClass) {
    case 'A':
      if (control === 'unproven') return 'Its model is proven, but this charger is not set up yet.';
      return 'Proven: falls back by itself.';
    case 'B':
      return 'Not proven: obeys only while connected, counted at its rating when offline.';
    case 'C':
      return 'Known not to fall back by itself: counted at its rating when offline.';
    case 'unknown':
      return 'Not proven: counted at its rating when offline.';
    default:
      return unreachable(leaseClass);
  }
}

type Costly = Pick<ConnectorView, 'leaseClass' | 'maxA' | 'fallbackA' | 'lapsedA' | 'switchedOff'>;

/** What a charger that nobody has proven takes away from all others (rule 3); null for a proven one. */
export function costSentence({ leaseClass, maxA, fallbackA, lapsedA, switchedOff }: Costly): string | null {
  const costA = maxA - fallbackA;
  if (leaseClass === 'A' || costA <= 0 || switchedOff) return null;
  const when = lapsedA < maxA ? 'After commissioning it costs' : 'Costs';
  return `${when} ${amps(costA)} on every fuse above it: its rating, ${amps(maxA)}, must fit there in case Busbar falls silent, not its ${amps(fallbackA)}.`;
}

export type SetUpFacts = Omit<SetUpView, 'words'> & {
  readonly stepsLeft: number;
  readonly readBack: 'unknown' | 'agrees' | 'differs' | 'unsupported';
  readonly failures: number;
};

/** How far the set-up is, and what was found there. */
export function setUpSentence(facts: SetUpFacts): string {
  return [progress(facts), clearedWords(facts.cleared)].filter(words => words !== '').join(' ');
}

function progress({ state, stepsLeft, readBack, failures }: SetUpFacts): string {
  const left = stepsLeft === 1 ? '1 step' : `${stepsLeft} steps`;
  if (state === 'running') return failures === 0 ? `Runs: ${left} to go.` : `Runs: ${left} to go, trying again.`;
  if (state === 'waiting') return 'Waits until the charger connects.';
  switch (readBack) {
    case 'agrees':
      return 'Done, and it reads back what was set.';
    case 'differs':
      return 'Done, but it reads back something else than was set: another limit is in force there.';
    case 'unsupported':
      return 'Done. It cannot read back what was set.';
    case 'unknown':
      return 'Done.';
    default:
      return unreachable(readBack);
  }
}

function clearedWords(cleared: readonly string[]): string {
  if (cleared.length === 0) return '';
  const what = cleared.length === 1 ? 'A limit of somebody else was' : `${cleared.length} limits of others were`;
  return `${what} found there and cleared: ${cleared.join('; ')}.`;
}

type Writes = Pick<ConnectorView, 'writesToday' | 'writesPerDay' | 'writesProjected' | 'writesSpared'>;

/** How the charger's memory wears; null where it does not. */
export function writesSentence({ writesToday, writesPerDay, writesProjected, writesSpared }: Writes): string | null {
  if (writesPerDay === null) return null;
  const pace = writesProjected === null || writesToday === 0 ? '' : `, about ${writesProjected} by the end of the day`;
  const said = `${writesToday} of the ${writesPerDay} a day that its memory is made for${pace}.`;
  if (writesToday >= writesPerDay) return `${said} No raises until tomorrow.`;
  return writesSpared ? `${said} Raises are spaced out, and limits are said again later.` : said;
}
