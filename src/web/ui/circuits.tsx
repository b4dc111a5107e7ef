/** The circuit tree: each node with its phases and, where power counts, its sum. */

import { phasesInUse } from '../reach.ts';
import { age, amps, kilowatts } from '../sentences.ts';
import { type CircuitView, PHASES, type Phase, type SiteView } from '../site-view.ts';
import { isOver, sourceName } from '../status.ts';
import { mainCircuit } from '../trend.ts';
import { Bar, type BarFigures, Legend } from './bar.tsx';
import { Icon } from './icons.tsx';
import { silenceMs } from './live.ts';

type Props = { readonly view: SiteView };

export function MainCircuit({ view }: Props) {
  const main = mainCircuit(view);
  return main === undefined ? null : (
    <section class="card circuit" aria-label={main.name}>
      <Node circuit={main} view={view} />
      <Legend />
    </section>
  );
}

/** Everything below the first root, and further roots, as a tree. */
export function Circuits({ view }: Props) {
  const main = mainCircuit(view);
  const roots = view.circuits.filter(c => c.parent === null && c !== main);
  const below = view.circuits.filter(c => c.parent === main?.id);
  if (roots.length + below.length === 0) return null;
  return (
    <section aria-labelledby="circuits-title">
      <h2 id="circuits-title">Below {main?.name}</h2>
      <Branches circuits={[...below, ...roots]} view={view} />
    </section>
  );
}

const Branches = ({ circuits, view }: { readonly circuits: readonly CircuitView[]; readonly view: SiteView }) => (
  <ul class="branches">
    {circuits.map(circuit => {
      const below = view.circuits.filter(c => c.parent === circuit.id);
      return (
        <li key={circuit.id} class="card circuit">
          <Node circuit={circuit} view={view} />
          {below.length > 0 && <Branches circuits={below} view={view} />}
        </li>
      );
    })}
  </ul>
);

function Node({ circuit, view }: { readonly circuit: CircuitView; readonly view: SiteView }) {
  const rows = [...phaseRows(circuit, phasesInUse(view, circuit)), ...powerRow(circuit)];
  return (
    <>
      <div class="node-head">
        <div class="node-line">
          <h3>{circuit.name}</h3>
          <p class="node-sum">
            <b>{kilowatts(circuit.loadW)}</b>
          </p>
        </div>
        <div class="node-line">
          <p class="node-limits">{limitWords(circuit)}</p>
          <Freshness circuit={circuit} view={view} />
        </div>
      </div>
      {isOver(circuit) && (
        <p class="note alarm-text">
          <Icon shape="stop" /> Over its limit: chargers are being turned down.
        </p>
      )}
      <div class={isStale(circuit, view) ? 'bars stale' : 'bars'}>
        {rows.map(row => (
          <Bar key={row.label} {...row} />
        ))}
      </div>
      {isAssumed(circuit) && (
        <p class="node-limits">
          {circuit.meter === null
            ? 'Building: assumed, no meter here.'
            : 'Building: assumed until enough readings have come.'}
        </p>
      )}
    </>
  );
}

const isAssumed = ({ buildingSource, buildingA }: CircuitView): boolean =>
  buildingSource === 'assumed' && PHASES.some(phase => (buildingA[phase] ?? 0) > 0);

/** Small circuits are read to a tenth. */
const WHOLE_FROM = 100;

function phaseRows(circuit: CircuitView, phases: readonly Phase[]): readonly BarFigures[] {
  const scale = Math.max(
    1,
    ...PHASES.map(p => Math.max(circuit.hardLimitA[p] ?? 0, circuit.limitA[p] ?? 0, circuit.loadA[p] ?? 0)),
  );
  return phases.flatMap(phase => {
    const load = circuit.loadA[phase];
    if (load === null) return [];
    return [
      {
        label: phase.toUpperCase(),
        unit: 'A' as const,
        decimals: scale >= WHOLE_FROM ? (0 as const) : (1 as const),
        building: circuit.buildingA[phase] ?? 0,
        cars: circuit.carsA[phase] ?? 0,
        load,
        limit: circuit.limitA[phase],
        headroom: circuit.headroomA[phase],
        scale,
      },
    ];
  });
}

function powerRow(circuit: CircuitView): readonly BarFigures[] {
  if (circuit.limitW === null) return [];
  const kw = (powerW: number) => powerW / 1000;
  const cars = kw(circuit.carsW);
  const measured = Math.max(0, kw(circuit.loadW) - cars);
  return [
    {
      label: 'Sum',
      unit: 'kW',
      decimals: 1,
      building: circuit.buildingSource === 'assumed' ? kw(circuit.buildingW) : measured,
      cars,
      load: kw(circuit.loadW),
      limit: kw(circuit.limitW),
      headroom: circuit.headroomW === null ? null : kw(circuit.headroomW),
      scale: Math.max(kw(circuit.limitW), kw(circuit.loadW)),
    },
  ];
}

/** "Fuse 160 A · Contract 80 kW": who set the lines in the bars. */
function limitWords(circuit: CircuitView): string {
  const bySource = new Map<string, string[]>();
  for (const phase of PHASES) {
    const limitA = circuit.limitA[phase];
    if (limitA === null) continue;
    const key = `${sourceName(circuit.limitBy[phase])} ${amps(limitA)}`;
    bySource.set(key, [...(bySource.get(key) ?? []), phase.toUpperCase()]);
  }
  const phases = [...bySource].map(([words, on]) => (bySource.size === 1 ? words : `${words} (${on.join(', ')})`));
  const watts = circuit.limitW === null ? [] : [`${sourceName(circuit.limitWBy)} ${kilowatts(circuit.limitW)}`];
  const all = [...phases, ...watts];
  return all.length === 0 ? 'No limit of its own' : all.join(' · ');
}

const meterOf = (circuit: CircuitView, view: SiteView) => view.meters.find(m => m.id === circuit.meter);

function isStale(circuit: CircuitView, view: SiteView): boolean {
  const meter = meterOf(circuit, view);
  return meter !== undefined && meter.quality !== 'good';
}

function Freshness({ circuit, view }: { readonly circuit: CircuitView; readonly view: SiteView }) {
  const meter = meterOf(circuit, view);
  if (meter === undefined) {
    return <p class="node-age">{circuit.loadSource === 'sum' ? 'added up, no meter here' : ''}</p>;
  }
  if (meter.ageMs === null) return <p class="node-age attention-text">meter {meter.id} not heard yet</p>;
  const old = age(meter.ageMs + silenceMs.value);
  if (meter.quality === 'good') return <p class="node-age">measured {old} ago</p>;
  return (
    <p class="node-age attention-text">
      <Icon shape="warn" /> meter {meter.id} {meter.quality === 'stale' ? 'silent for' : 'implausible, last good'} {old}
    </p>
  );
}
