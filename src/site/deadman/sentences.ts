/** A dead-man test in sentences for people: what it does now, what came of it. */
import { amps } from '#site/deadman/judge.ts';
import { missingLegs, type Verdict } from '#site/deadman/results.ts';
import { cutUntilMs, type DeadmanTest, fallenByMs, type Leg, lapsesAtMs, legOf, ttlFor } from '#site/deadman/test.ts';
import { highestMa } from '#site/deadman/trail.ts';
import { type MeterCheck, phaseNames, type Wiring } from '#site/deadman/wiring.ts';

const LEG_NAMES: Readonly<Record<Leg, string>> = { lease: '', cut: 'Connection cut: ', reboot: 'Reset: ' };

/** What goes on now, with the seconds since it began. */
export function liveSentence(test: DeadmanTest, atMs: number): string {
  const leg = legOf(test);
  const last = test.done.at(-1);
  if (leg === undefined || test.step === 'ended') return last?.words ?? 'Over.';
  const seconds = `${Math.floor((atMs - test.stepSinceMs) / 1000)} s`;
  return `${LEG_NAMES[leg]}${stepWords(test, atMs)} … ${seconds}`;
}

function stepWords(test: DeadmanTest, atMs: number): string {
  const { raise, samples } = test.trail;
  const drawn = samples.at(-1);
  const draws = drawn === undefined ? '' : `, it draws ${amps(highestMa(drawn.ma))}`;
  switch (test.step) {
    case 'low':
      return `told ${amps(test.lowMa)}, waiting for the car${draws}`;
    case 'room':
      return `waiting for room to raise to ${amps(test.highMa)}`;
    case 'high': {
      const leftMs = (lapsesAtMs(test) ?? atMs) - atMs;
      return `raised to ${amps(raise?.limitMa ?? test.highMa)} for ${ttlFor(test.reactionMs) / 1000} s, ${seconds(leftMs)} left${draws}`;
    }
    case 'falling':
      return `nothing is sent any more, waiting for it to fall by itself${draws}`;
    case 'cutting':
      return 'Busbar is about to cut its connection to the charger; the car charges on';
    case 'down':
      return downWords(test, atMs);
    case 'resetting':
      return 'asking for a reset';
    case 'rebooting':
      return 'waiting for the charger to come back';
    case 'back':
      return `the charger is back; it is told nothing until its samples show whether it fell${draws}`;
    case 'ended':
      return 'over';
  }
}

const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;

/** Whoever looks finds the charger offline, and must not go and look for a broken cable. */
function downWords(test: DeadmanTest, atMs: number): string {
  const { raise } = test.trail;
  const low = amps(raise?.lapseMa ?? test.lowMa);
  const fallMs = fallenByMs(test) - atMs;
  const fall =
    fallMs > 0 ? `it must fall to ${low} by itself within ${seconds(fallMs)}` : `it must be at ${low} by now`;
  const leftMs = cutUntilMs(test) - atMs;
  if (leftMs > 0) return `offline on purpose, nobody lets it in for another ${seconds(leftMs)}; ${fall}`;
  return `let in again, waiting for it to connect by itself; ${fall}`;
}

/** The class in words. */
export function verdictSentence(test: DeadmanTest, verdict: Verdict): string {
  const unclear = test.done.find(({ result }) => result === 'unclear');
  switch (verdict.leaseClass) {
    case 'A':
      return 'Class A: falls by itself, without us and after a restart.';
    case 'B':
      return 'Class B: falls by itself only while it is connected.';
    case 'C':
      return 'Class C: does not fall by itself; it counts at its rating whenever it is out of reach.';
    case null:
      if (unclear !== undefined) return `No class: ${unclear.words}`;
      return `No class yet: still to be shown are ${missingLegs(verdict.legs).join(' and ')}.`;
  }
}

/** What the guard meter showed. */
export function meterSentence(meter: MeterCheck): string {
  switch (meter.kind) {
    case 'no-meter':
      return 'No guard meter is above this socket.';
    case 'unclear':
      return `Unclear: ${meter.why}`;
    case 'measured': {
      const ratio = `ratio ${meter.ratio.toFixed(2)}${meter.good ? '' : ', and should be 1 within 10 %'}`;
      return `${DIRECTIONS[meter.direction]}, ${ratio}.`;
    }
  }
}

const DIRECTIONS = {
  forward: 'Current transformers the right way round',
  reversed: 'Current transformers turned round',
  mixed: 'Some current transformers turned round',
  unsigned: 'Direction not shown by this meter',
} as const;

/** Which grid phases the charger's own sit on, as far as this car could show. */
export function wiringSentence(wiring: Wiring | null): string {
  if (wiring === null) return 'Not shown.';
  const known = wiring.known.flatMap((grid, own) =>
    grid === null ? [] : [`its L${own + 1} is ${phaseNames([grid])}`],
  );
  const moved = `Moved ${phaseNames(wiring.grid)}${known.length === 0 ? '' : `: ${known.join(', ')}`}`;
  if (wiring.agrees === null) return `${moved}; the phases of car and meter do not match in number.`;
  return `${moved}; ${wiring.agrees ? 'as configured' : 'not as configured: correct rotation'}.`;
}
