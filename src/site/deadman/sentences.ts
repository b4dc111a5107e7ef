/** A dead-man test in sentences for people: what it does now, what came of it. */
import { amps } from '#site/deadman/judge.ts';
import { missingLegs, type Verdict } from '#site/deadman/results.ts';
import { type DeadmanTest, type Leg, lapsesAtMs, legOf, ttlFor } from '#site/deadman/test.ts';
import { highestMa } from '#site/deadman/trail.ts';
import { type MeterCheck, phaseNames, type Wiring } from '#site/deadman/wiring.ts';

const LEG_NAMES: Readonly<Record<Leg, string>> = { lease: '', cut: 'Socket cut: ', reboot: 'Reset: ' };

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
      return `raised to ${amps(raise?.limitMa ?? test.highMa)} for ${ttlFor(test.reactionMs) / 1000} s, ${Math.max(0, Math.ceil(leftMs / 1000))} s left${draws}`;
    }
    case 'falling':
      return `nothing is sent any more, waiting for it to fall by itself${draws}`;
    case 'cutting':
      return 'cutting the socket';
    case 'down':
      return 'the socket is cut, waiting for the charger to fall by itself and come back';
    case 'resetting':
      return 'asking for a reset';
    case 'rebooting':
      return 'waiting for the charger to come back';
    case 'back':
      return `back; nothing is sent, waiting for what the car draws${draws}`;
    case 'ended':
      return 'over';
  }
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
