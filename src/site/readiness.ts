/** Whether the site is under control at an instant, and if not, why, in sentences. */
import { at } from '#base/assert.ts';
import { freshness } from '#site/gate/freshness.ts';
import type { SiteState } from '#site/state.ts';

/** The loop wakes at least every few seconds; silence this long means that passes do not complete. */
const PASS_OVERDUE_MS = 15_000;

export function notReady(state: SiteState, atMs: number): readonly string[] {
  const out: string[] = [];
  if (atMs - state.loop.lastPassAtMs > PASS_OVERDUE_MS) out.push('No pass of the loop has completed in 15 seconds.');
  for (const circuit of state.topology.circuits) {
    if (circuit.meter < 0) continue;
    const meter = at(state.meters, circuit.meter);
    const id = at(state.topology.meters, circuit.meter).id;
    const found = freshness(meter, atMs);
    if (found !== 'fresh') out.push(meterSentence(id, circuit.name, found, meter.lastError));
  }
  return out;
}

function meterSentence(id: string, circuit: string, found: 'starting' | 'stale' | 'fail-safe', error: string): string {
  const cause = error === '' ? '' : ` (${error})`;
  if (found === 'starting') return `Meter ${id} of ${circuit} has not given three good readings yet${cause}.`;
  if (found === 'stale') return `Meter ${id} of ${circuit} is silent${cause}: no charger below it is raised.`;
  return `Meter ${id} of ${circuit} is silent${cause}: the chargers below it are held at the fail-safe current.`;
}
