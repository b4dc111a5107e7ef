/**
 * Random interleavings of what can happen between the gate and three chargers, against a model of the
 * truth that knows nothing of the gate: what a charger has installed, what is under way to it, and
 * what its car may still be drawing from before. The one claim: whenever a raise leaves, everything
 * that may then be obeyed, with the building, fits the fuse.
 */
import { assert, at } from '#base/assert.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import type { SiteState } from '#site/state.ts';
import { Desk, PROVEN, type SiteOptions, settledDesk } from './site.ts';

const REACTION_MS = PROVEN.reactionMs;
const RATING_A = 32;
/** Two readings of a meter are never of one instant. */
const READING_MS = 500;
const FUSE_A = 50;

export const threeBays: SiteOptions = {
  limits: [{ limitA: FUSE_A }],
  designLoadA: 24,
  commissioning: true,
  bays: [{}, { phases: [1] }, { traits: { leaseClass: 'unknown' } }],
};

type SetLimit = Extract<GateCommand, { type: 'set-limit' }>;

type Truth = {
  installedA: number;
  /** Limits that were superseded, and since when. */
  before: { limitA: number; untilMs: number }[];
  /** Sent by the gate, not yet at the charger. */
  onWire: (SetLimit & { sentMs: number })[];
  /** Taken by the charger, answer not yet back. */
  answers: { command: SetLimit; ok: boolean; takenMs: number }[];
  drawA: number;
  linked: boolean;
  /** Samples under way: what was drawn, and when. */
  samples: { drawA: number; takenMs: number }[];
};

/** A seeded generator of 32-bit numbers (xorshift), for the order of events only. */
const generator = (seed: number) => {
  let x = seed | 1;
  return (below: number) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
};

export type Walk = { readonly raises: number; readonly steps: number; readonly violation: string | null };

/** The state that every walk starts from, settled once. */
export const settled = (): Desk => settledDesk(threeBays, 10);

/** One interleaving of `steps` events from a settled site. */
export function walk(from: Desk, seed: number, steps: number): Walk {
  const int = generator(seed * 2_654_435_761);
  const desk = new Desk(threeBays);
  desk.state = from.state;
  desk.atMs = from.atMs;
  const limits = from.limitsA();
  const truths = limits.map(limit => fresh(limit ?? 0));
  const site: Site = { desk, truths, buildingA: 10, raises: 0, violation: null };
  let done = 0;
  for (; done < steps && site.violation === null; done++) step(site, int);
  return {
    raises: site.raises,
    steps: done,
    violation: site.violation && `seed ${seed}, step ${done}: ${site.violation}`,
  };
}

type Site = { desk: Desk; truths: Truth[]; buildingA: number; raises: number; violation: string | null };

const fresh = (limitA: number): Truth => ({
  installedA: limitA,
  before: [],
  onWire: [],
  answers: [],
  drawA: limitA,
  linked: true,
  samples: [],
});

function step(site: Site, int: (below: number) => number): void {
  const bay = int(3);
  const truth = at(site.truths, bay);
  switch (int(12)) {
    case 0:
    case 1:
      elapse(site, 100 + int(1900));
      return;
    case 2:
      elapse(site, int(3) === 0 ? 4_000 + int(12_000) : 500);
      return;
    case 3:
    case 4:
      arrive(site, truth, int);
      return;
    case 5:
    case 6:
      answered(site, truth);
      return;
    case 7:
      if (truth.linked) truth.samples.push({ drawA: truth.drawA, takenMs: site.desk.atMs });
      return;
    case 8:
      sampled(site, bay, truth);
      return;
    case 9:
      metered(site, int);
      return;
    case 10:
      if (int(8) === 0) relink(site, bay, truth, int);
      else metered(site, () => 1);
      return;
    default:
      redraw(site, bay, drawable(site, bay)[int(3)] ?? 0);
      return;
  }
}

/** A car that stopped unseen stays so until a sample has told it: a dip between two samples leaves no trace at all. */
function redraw(site: Site, bay: number, drawA: number): void {
  const truth = at(site.truths, bay);
  const toldA = (site.desk.state.connectors[bay]?.draw?.ma[1] ?? 0) / 1000;
  if (drawA <= truth.drawA || truth.drawA >= toldA) truth.drawA = drawA;
}

/** Longest leap in which nothing happens by itself. */
const LEAP_MS = 900;

/** Time passes; the meter goes on reading, or is silent. */
function elapse(site: Site, ms: number): void {
  const meterIsSilent = ms % 7 === 0;
  for (let left = ms; left > 0; left -= LEAP_MS) {
    advance(site, Math.min(left, LEAP_MS));
    if (ms > LEAP_MS && !meterIsSilent) metered(site, () => 1);
  }
  if (ms < 4_000) return;
  // A car that is told less follows in time (A1, A3), and the meter shows it.
  site.truths.forEach((truth, bay) => {
    truth.drawA = Math.min(truth.drawA, obeyableA(site, bay));
  });
  for (let i = 0; i < 3; i++) metered(site, () => 1);
}

/** A5: what is on a link arrives within two seconds, so time may not pass it by. */
function advance(site: Site, ms: number): void {
  const { desk } = site;
  const isLate = (sinceMs: number | undefined) => sinceMs !== undefined && desk.atMs + ms - sinceMs > 2_000;
  site.truths.forEach((truth, bay) => {
    while (truth.linked && isLate(truth.onWire[0]?.sentMs)) arrive(site, truth, () => 1);
    while (truth.linked && isLate(truth.answers[0]?.takenMs)) answered(site, truth);
    while (truth.linked && isLate(truth.samples[0]?.takenMs)) sampled(site, bay, truth);
  });
  desk.atMs += ms;
}

/** A command reaches its charger, which takes or refuses it. */
function arrive(site: Site, truth: Truth, int: (below: number) => number): void {
  const command = truth.linked ? truth.onWire.shift() : undefined;
  if (command === undefined) return;
  const ok = int(10) !== 0;
  if (ok) {
    truth.before.push({ limitA: truth.installedA, untilMs: site.desk.atMs + REACTION_MS });
    truth.installedA = command.limitMa / 1000;
  }
  truth.answers.push({ command, ok, takenMs: site.desk.atMs });
}

function answered(site: Site, truth: Truth): void {
  const answer = truth.linked ? truth.answers.shift() : undefined;
  if (answer === undefined) return;
  site.desk.settle(answer.command, answer.ok ? { ok: true } : { ok: false, why: 'rejected' });
  passAndSend(site);
}

function sampled(site: Site, bay: number, truth: Truth): void {
  const sample = truth.linked ? truth.samples.shift() : undefined;
  if (sample === undefined) return;
  site.desk.draws(bay, sample.drawA, site.desk.atMs - sample.takenMs);
  passAndSend(site);
}

/**
 * A4: the building steps only as metered, so a step and its reading are one event; and it does not rise
 * in the very seconds in which a car stops unseen, which no reading of a sum could tell from nothing.
 */
function metered(site: Site, int: (below: number) => number): void {
  advance(site, READING_MS);
  const hidden = site.truths.some(
    (truth, bay) => truth.drawA < (site.desk.state.connectors[bay]?.draw?.ma[1] ?? 0) / 1000,
  );
  const nextA = int(3) === 0 ? 2 + int(22) : site.buildingA;
  if (!hidden || nextA < site.buildingA) site.buildingA = nextA;
  const load: [number, number, number] = [site.buildingA, site.buildingA, site.buildingA];
  site.truths.forEach((truth, bay) => {
    for (const phase of phasesOf(site, bay)) load[phase] += truth.drawA;
  });
  site.desk.meter(load);
  passAndSend(site);
}

/** The link is cut with all that is on it, or comes back; the unproven model may have forgotten everything. */
function relink(site: Site, bay: number, truth: Truth, int: (below: number) => number): void {
  if (!truth.linked) {
    truth.linked = true;
    site.desk.connect(bay);
    passAndSend(site);
    return;
  }
  truth.linked = false;
  for (const command of truth.onWire) if (int(2) === 0) truth.installedA = command.limitMa / 1000;
  Object.assign(truth, { onWire: [], answers: [], samples: [] });
  if (bay === 2) Object.assign(truth, { installedA: RATING_A });
  site.desk.lose(bay);
  passAndSend(site);
}

const phasesOf = (site: Site, bay: number) => at(site.desk.state.topology.connectors, bay).phases;

/** Everything a charger's car may draw by what it has, had a moment ago, or is about to get. */
function obeyableA(site: Site, bay: number): number {
  const truth = at(site.truths, bay);
  truth.before = truth.before.filter(past => past.untilMs > site.desk.atMs);
  return Math.max(
    truth.installedA,
    ...truth.before.map(past => past.limitA),
    ...truth.onWire.map(c => c.limitMa / 1000),
  );
}

const drawable = (site: Site, bay: number): number[] => {
  const truth = at(site.truths, bay);
  truth.before = truth.before.filter(past => past.untilMs > site.desk.atMs);
  return [0, truth.installedA, Math.max(truth.installedA, ...truth.before.map(past => past.limitA))];
};

function passAndSend(site: Site): void {
  const raisedBefore = site.raises;
  for (const command of site.desk.pass().commands) {
    if (command.type !== 'set-limit') continue;
    const truth = at(site.truths, command.connector);
    assert(truth.linked, 'a command to a charger that is gone');
    truth.onWire.push({ ...command, sentMs: site.desk.atMs });
    if (command.change === 'raise') site.raises++;
  }
  if (site.raises > raisedBefore) site.violation = overload(site);
}

/** The claim of this file, on each phase. */
function overload(site: Site): string | null {
  for (const phase of [0, 1, 2] as const) {
    let sumA = site.buildingA;
    site.truths.forEach((_, bay) => {
      if (phasesOf(site, bay).includes(phase)) sumA += obeyableA(site, bay);
    });
    if (sumA > FUSE_A + 1e-9)
      return `L${phase + 1} may reach ${sumA.toFixed(1)} A after a raise\n${told(site.desk.state)}`;
  }
  return null;
}

const told = (state: SiteState): string =>
  JSON.stringify(state.connectors.map(c => ({ held: c.ledger.held, draw: c.draw })));
