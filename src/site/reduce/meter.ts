/** A site meter's reading, or its silence (rules 13–16). */
import { at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { afterReading, UNKNOWN_BACKGROUND } from '#site/gate/background.ts';
import { failSafeAfterMs, staleAfterMs } from '#site/gate/freshness.ts';
import { replaced } from '#site/reduce/leaf.ts';
import type { Meter, SiteState } from '#site/state.ts';

type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

/** How much of a new gap enters the measured interval. */
const INTERVAL_WEIGHT = 0.1;

export function meterSampled(state: SiteState, event: Of<'meter-sampled'>): SiteState {
  const before = at(state.meters, event.meter);
  const gapMs = event.atMs - before.atMs;
  const meter = sampled(before, event, gapMs);
  const meters = replaced(state.meters, event.meter, meter);
  const circuitIndex = at(state.topology.meters, event.meter).circuit;
  const counted = { ...state, meters };
  const circuit = state.topology.circuits[circuitIndex];
  if (circuit === undefined || circuit.meter !== event.meter) return counted;
  const background = gapMs > failSafeAfterMs(before) ? UNKNOWN_BACKGROUND : at(state.backgrounds, circuitIndex);
  const sinceMs = Number.isFinite(gapMs) ? gapMs : meter.intervalMs;
  const next = afterReading(
    counted,
    circuit,
    background ?? UNKNOWN_BACKGROUND,
    meter,
    event.reading,
    sinceMs,
    event.atMs,
  );
  return { ...counted, backgrounds: replaced(state.backgrounds, circuitIndex, next) };
}

function sampled(before: Meter, event: Of<'meter-sampled'>, gapMs: number): Meter {
  const interrupted = gapMs > staleAfterMs(before) || before.quality === 'implausible';
  const typical = !interrupted && Number.isFinite(gapMs) && before.goodInARow > 0;
  return {
    reading: event.reading,
    atMs: event.atMs,
    intervalMs: typical ? before.intervalMs + (gapMs - before.intervalMs) * INTERVAL_WEIGHT : before.intervalMs,
    goodInARow: interrupted ? 1 : before.goodInARow + 1,
    quality: 'good',
    lastError: '',
  };
}

/** Silence changes nothing but the words: freshness is a matter of time. An implausible reading breaks the row of good ones. */
export function meterFailed(state: SiteState, event: Of<'meter-failed'>): SiteState {
  const before = at(state.meters, event.meter);
  const meter: Meter = {
    ...before,
    lastError: event.detail,
    quality: event.implausible ? 'implausible' : before.quality,
    goodInARow: event.implausible ? 0 : before.goodInARow,
  };
  return { ...state, meters: replaced(state.meters, event.meter, meter) };
}
