/** Plain sentences for people: shared by the API and the page. Words of design §7: no EVSE, no lease. */
import { unreachable } from '#base/assert.ts';
import type { Control } from '#site/gate/view.ts';
import type { ReasonSource } from '#site/reason.ts';
import type { ConnectorStatus } from '#site/state.ts';

/** Amperes for people: whole from 100 A, else at most one decimal, never "-0". */
export function amps(valueA: number): string {
  const rounded = Math.abs(valueA) >= 100 ? Math.round(valueA) : Math.round(valueA * 10) / 10;
  return `${rounded === 0 ? 0 : rounded} A`;
}

/** Watts as kW with at most one decimal. */
export function kilowatts(powerW: number): string {
  const rounded = Math.round(powerW / 100) / 10;
  return `${rounded === 0 ? 0 : rounded} kW`;
}

/** How long ago, in one unit: "0.4 s", "12 s", "3 min", "5 h". */
export function age(ageMs: number): string {
  const s = Math.max(0, ageMs) / 1000;
  if (s < 1) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.floor(s)} s`;
  return s < 5_400 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}

export function controlWords(control: Control): string {
  switch (control) {
    case 'controlled':
      return 'under control';
    case 'unproven':
      return 'not proven yet';
    case 'uncontrolled':
      return 'on its own';
    case 'offline':
      return 'offline';
    default:
      return unreachable(control);
  }
}

export function statusWords(status: ConnectorStatus): string {
  switch (status) {
    case 'Unknown':
      return 'Not heard yet';
    case 'Available':
      return 'Free';
    case 'Preparing':
      return 'Plugged in';
    case 'Charging':
      return 'Charging';
    case 'SuspendedEV':
      return 'Car is resting';
    case 'SuspendedEVSE':
      return 'Paused';
    case 'Finishing':
      return 'Finished';
    case 'Reserved':
      return 'Reserved';
    case 'Unavailable':
      return 'Out of service';
    case 'Faulted':
      return 'Fault';
    default:
      return unreachable(status);
  }
}

/** All that the sentence about one connector is made of. Currents in A. */
export type Why = {
  readonly status: ConnectorStatus;
  readonly control: Control;
  /** A person said that it has no power. */
  readonly switchedOff: boolean;
  readonly errorCode: string;
  readonly source: ReasonSource;
  /** For `minimum` and `transit`: whose limit leaves no room; null where that is not known. */
  readonly limit: ReasonSource | null;
  /** The reason's own fragment, for sources that can mean several things. */
  readonly text: string;
  /** What binds, by the name people gave it: a circuit, a limit source. */
  readonly where: string;
  /** 1..3 when one phase binds, `sum` when the power of all does. */
  readonly row: 1 | 2 | 3 | 'sum' | null;
  /** The limit that binds there, with its unit: "80 kW"; null where its figure is not known. */
  readonly limitFigure: string | null;
  readonly targetA: number;
  readonly grantA: number | null;
  readonly exposureA: number;
  readonly fallbackA: number;
  readonly minA: number;
  /** Largest of its phases; null without a sample. */
  readonly drawA: number | null;
  /** The sample is younger than the grant by more than the charger's reaction time. */
  readonly settled: boolean;
};

/** Why a connector has what it has, as one sentence. */
export function whySentence(why: Why): string {
  return troubleSentence(why) ?? idleSentence(why) ?? grantSentence(why);
}

function troubleSentence(why: Why): string | null {
  const booked = amps(why.exposureA);
  if (why.switchedOff) {
    const kept = why.exposureA === 0 ? 'nothing is' : `${booked} stay`;
    return `Has no power, a person said: ${kept} reserved for it until it is back.`;
  }
  if (why.control === 'offline') return `Offline: ${booked} stay reserved for it until it is back.`;
  if (why.control === 'uncontrolled') {
    return `Draws more than it was told: ${booked} are reserved for it. Switch it off at the charger.`;
  }
  if (why.status !== 'Faulted') return null;
  return why.errorCode === '' || why.errorCode === 'NoError'
    ? 'The charger reports a fault.'
    : `The charger reports a fault: ${why.errorCode}.`;
}

function idleSentence(why: Why): string | null {
  switch (why.status) {
    case 'Unknown':
      return 'Waiting for its first message.';
    case 'Available':
      return 'No car plugged in.';
    case 'Finishing':
      return 'Charging has ended, the cable is still in.';
    case 'Reserved':
      return 'Held for somebody who is on the way.';
    case 'Unavailable':
      return 'Taken out of service.';
    case 'Preparing':
    case 'Charging':
    case 'SuspendedEV':
    case 'SuspendedEVSE':
    case 'Faulted':
      return null;
    default:
      return unreachable(why.status);
  }
}

/** A tenth of an ampere apart is the same current for people. */
const SAME_A = 0.1;

/** A car this far below its grant has a limit of its own: the tolerance of the safety rules. */
const takesLess = (grantA: number, drawA: number): boolean => drawA < grantA - Math.max(1, grantA * 0.1);

function grantSentence(why: Why): string {
  const waits = why.grantA === null || Math.abs(why.grantA - why.targetA) > SAME_A;
  if (why.source === 'transit' || why.source === 'car' || why.source === 'unauthorised') return bareReason(why);
  if (why.settled && !waits && why.drawA !== null && takesLess(why.targetA, why.drawA)) return carSentence(why);
  if (why.targetA === 0 && !waits) return why.source === 'fallback' ? nobodyAsks(why) : `Paused: ${bareReason(why)}.`;
  const now = why.grantA === null ? 'Not told yet' : amps(why.grantA);
  return waits ? `${now}, going to ${amps(why.targetA)}: ${bareReason(why)}.` : `${now}: ${bareReason(why)}.`;
}

/** A car that is not stopped by anybody is not called paused. */
const nobodyAsks = ({ text }: Why): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What binds: "main fuse, L2 is full". */
function full({ where, row }: Why): string {
  if (row === 'sum') return `all of the power on ${where} is shared out`;
  return row === null ? `${where} is full` : `${where}, L${row} is full`;
}

/** A contract binds by what is shared out, not by what flows: some cars are still to rise, and the building may too. */
function contractWords({ source, limitFigure, row }: Why): string {
  const on = typeof row === 'number' ? ` on L${row}` : '';
  const isShare = source === 'contract';
  if (limitFigure === null)
    return isShare ? `its share of the contract${on}` : `all of the contract${on} is shared out`;
  return isShare
    ? `its share of the contract's ${limitFigure}${on}`
    : `all of the contract's ${limitFigure}${on} is shared out`;
}

/** The limit behind a reason that is about something else: the minimum of a car, a raise that waits. */
function limitBehind(why: Why): string {
  if (why.limit === null) return full(why);
  return why.limit === 'contract' ? contractWords(why) : bareReason({ ...why, source: why.limit, limit: null });
}

function bareReason(why: Why): string {
  switch (why.source) {
    case 'fuse':
      return full(why);
    case 'contract':
      return contractWords(why);
    case 'ems':
      return `limit of the energy manager on ${why.where}`;
    case 'grid':
      return `limit of the grid operator on ${why.where}`;
    case 'csms':
      return 'the back office allows no more';
    case 'cap':
      return `cap on ${why.where}`;
    case 'schedule':
      return `the schedule for ${why.where}`;
    case 'fallback':
      return why.text === '' ? `its fallback current, ${amps(why.fallbackA)}` : why.text;
    case 'meter':
      return `no fresh meter reading at ${why.where}, so nothing is raised`;
    case 'charger':
      if (why.row !== null) return full(why);
      return why.text === '' ? 'the most this charger gives' : why.text;
    case 'cable':
      return why.row !== null ? full(why) : 'the most this cable carries';
    case 'car':
      return carSentence(why);
    case 'minimum':
      return `${limitBehind(why)}, and the car needs at least ${amps(why.minA)}`;
    case 'turn':
      return `other cars came first, ${limitBehind(why)}`;
    case 'unauthorised':
      return 'Plugged in, waiting for a card or a release.';
    case 'transit':
      return transitSentence(why);
    case 'operator':
      return why.text === '' ? 'set by a person' : why.text;
    default:
      return unreachable(why.source);
  }
}

function carSentence(why: Why): string {
  const may = amps(why.grantA ?? why.targetA);
  if (why.drawA === null) return `May draw ${may}.`;
  if (why.drawA < SAME_A) return `May draw ${may}, the car takes nothing for now.`;
  return `May draw ${may}, takes ${amps(why.drawA)}: its own limit.`;
}

function transitSentence(why: Why): string {
  const now = why.grantA === null ? 'Not told yet' : amps(why.grantA);
  const then = `${now}, going to ${amps(why.targetA)}`;
  if (why.limit === null) return `${then} as soon as other chargers have come down.`;
  if (why.limit === 'meter') return `${then}: ${limitBehind(why)}.`;
  return `${then} as soon as others have given way: ${limitBehind(why)}.`;
}
