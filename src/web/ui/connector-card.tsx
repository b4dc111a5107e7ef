/** One socket: what it may draw, what it draws, how old that is, and why. */
import { age, amps, controlWords, kilowatts, statusWords } from '../sentences.ts';
import { type ConnectorView, PHASES, type Phase } from '../site-view.ts';
import { Icon, type Shape } from './icons.tsx';
import { siteNowMs } from './live.ts';
import { Marks } from './marks.tsx';
import { Safety } from './safety.tsx';

/** Chargers send samples every 10 s when they are asked to, and at worst every minute. */
const STALE_MS = 60_000;

type Props = { readonly connector: ConnectorView };

export function ConnectorCard({ connector }: Props) {
  const kind = trouble(connector) ?? (isIdle(connector) ? 'idle' : 'busy');
  return (
    <li class={`card socket ${kind}`} data-connector={`${connector.charger}/${connector.connectorId}`}>
      <div class="socket-head">
        <h4>
          {connector.name}
          {connector.charger !== connector.name && <small class="muted"> {connector.charger}</small>}
        </h4>
        <StatusChip connector={connector} />
      </div>
      {isInUse(connector) && <Currents connector={connector} />}
      <p class="why">{connector.why}</p>
      <Marks connector={connector} />
      <Safety connector={connector} foot={foot(connector)} stale={isStale(connector)} />
    </li>
  );
}

/** No car asks for current, and nothing is wrong. */
export const isIdle = (c: ConnectorView): boolean => trouble(c) === null && !isInUse(c);

/** A car is there, or current flows. */
const isInUse = ({ status, powerW, control }: ConnectorView): boolean =>
  control !== 'offline' && (powerW > 0 || ['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE'].includes(status));

const ageOf = ({ drawAt }: ConnectorView): number | null =>
  drawAt === null ? null : siteNowMs.value - Date.parse(drawAt);

const isOld = (ageMs: number | null): boolean => ageMs === null || ageMs > STALE_MS;

/** How old the reading is, or what stands ready where nobody reads. */
function foot(connector: ConnectorView): string {
  const { grantA } = connector;
  if (!isInUse(connector)) return grantA === null ? 'nothing granted yet' : `${amps(grantA)} granted`;
  const ageMs = ageOf(connector);
  return ageMs === null ? 'no reading yet' : `read ${age(ageMs)} ago`;
}

/** Readings are owed only while a session runs, or where current flows without one. */
const isStale = (c: ConnectorView): boolean => isInUse(c) && (c.since !== null || c.powerW > 0) && isOld(ageOf(c));

/** Colour only for what is not as it should be. */
function trouble({ control, status, switchedOff }: ConnectorView): 'alarm' | 'attention' | null {
  if (switchedOff) return null;
  if (control === 'uncontrolled' || status === 'Faulted') return 'alarm';
  return control === 'offline' ? 'attention' : null;
}

function StatusChip({ connector }: Props) {
  const { control, status, switchedOff } = connector;
  const bad = trouble(connector);
  const known = control === 'offline' || control === 'uncontrolled' ? controlWords(control) : statusWords(status);
  const words = switchedOff ? 'switched off' : known;
  return (
    <span class={`chip ${bad ?? 'plain'}`}>
      <Icon shape={shapeOf(connector)} /> {words}
    </span>
  );
}

function shapeOf({ control, status }: ConnectorView): Shape {
  if (control === 'offline') return 'off';
  if (control === 'uncontrolled' || status === 'Faulted') return 'warn';
  if (status === 'Charging') return 'bolt';
  if (status === 'Preparing') return 'plug';
  if (status === 'SuspendedEV' || status === 'SuspendedEVSE') return 'pause';
  if (status === 'Finishing') return 'tick';
  return status === 'Available' ? 'ring' : 'clock';
}

function Currents({ connector }: Props) {
  const { grantA, drawA, powerW } = connector;
  const old = isStale(connector) ? ' stale' : '';
  const phases = PHASES.filter((_, i) => connector.phases.includes(i + 1));
  return (
    <>
      <p class="socket-figures">
        <span class="may">
          <b>{grantA === null ? '–' : number(grantA)}</b> A <small>may draw</small>
        </span>
        <span class={`draws${old}`}>
          <small>takes</small> <b>{kilowatts(powerW)}</b>
        </span>
      </p>
      <div class={`wires${old}`}>
        {phases.map(phase => (
          <Wire key={phase} phase={phase} drawA={drawA[phase] ?? 0} connector={connector} />
        ))}
      </div>
    </>
  );
}

const number = (valueA: number): string => (Number.isInteger(valueA) ? String(valueA) : valueA.toFixed(1));

function Wire({ phase, drawA, connector }: Props & { readonly phase: Phase; readonly drawA: number }) {
  const part = (valueA: number) => `${Math.max(0, Math.min(100, (100 * valueA) / Math.max(1, connector.maxA)))}%`;
  return (
    <div class="wire">
      <span class="wire-name">{phase.toUpperCase()}</span>
      <span class="wire-bar" aria-hidden="true">
        <i class="seg cars" style={{ left: '0', width: part(drawA) }} />
        {connector.grantA !== null && <i class="limit-line" style={{ left: part(connector.grantA) }} />}
      </span>
      <span class="wire-amps">{drawA.toFixed(1)} A</span>
    </div>
  );
}
