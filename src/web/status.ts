/** The sentence at the top of the page: does anybody have to do anything? */
import type { Control } from '#site/gate/view.ts';
import { amps, kilowatts } from './sentences.ts';
import type { CircuitView, ConnectorView, MeterView, StatusView } from './site-view.ts';
import { PHASES } from './site-view.ts';

/** More names than this are counted instead of listed. */
const MAX_NAMES = 3;

/** What the site comes to in two sentences, and whether it is calm. */
export function statusOf(
  circuits: readonly CircuitView[],
  connectors: readonly ConnectorView[],
  meters: readonly MeterView[],
  troubles: readonly string[],
): StatusView {
  const over = circuits.filter(isOver);
  const odd = connectors.filter(c => c.control === 'uncontrolled');
  const silent = meters.some(m => m.role === 'guard' && m.quality !== 'good');
  const missing = connectors.some(c => c.control !== 'controlled' && !c.switchedOff);
  const level = over.length > 0 || odd.length > 0 ? 'alarm' : silent || missing || troubles.length > 0;
  return {
    level: level === 'alarm' ? 'alarm' : level ? 'attention' : 'calm',
    control: controlSentence(connectors),
    load: loadSentence(circuits),
  };
}

/** True when more flows than the lowest limit in force allows. */
export function isOver(circuit: CircuitView): boolean {
  const overA = PHASES.some(phase => {
    const limitA = circuit.limitA[phase];
    return limitA !== null && (circuit.loadA[phase] ?? 0) > limitA;
  });
  return overA || (circuit.limitW !== null && circuit.loadW > circuit.limitW);
}

function controlSentence(connectors: readonly ConnectorView[]): string {
  const chargers = new Set(connectors.map(c => c.charger));
  if (chargers.size === 0) return 'No chargers are configured.';
  const groups: readonly [string, readonly string[]][] = [
    ['on its own', namesOf(connectors, is('uncontrolled'))],
    ['offline', namesOf(connectors, is('offline'))],
    ['not proven yet', namesOf(connectors, is('unproven'))],
    ['switched off', namesOf(connectors, c => c.switchedOff)],
  ];
  const troubled = new Set(connectors.filter(c => c.control !== 'controlled').map(c => c.charger));
  const good = chargers.size - troubled.size;
  if (troubled.size === 0) {
    return chargers.size === 1 ? 'The charger is under control.' : `All ${chargers.size} chargers under control.`;
  }
  const said = groups.filter(([, names]) => names.length > 0).map(([words, names]) => `${list(names)} ${words}`);
  return `${good} of ${chargers.size} chargers under control; ${said.join(', ')}.`;
}

const is =
  (control: Control) =>
  (c: ConnectorView): boolean =>
    c.control === control && !c.switchedOff;

/** One name for each charger: that of its first socket, as it stands on the wall. */
function namesOf(connectors: readonly ConnectorView[], wants: (c: ConnectorView) => boolean): string[] {
  const byCharger = new Map<string, string>();
  for (const c of connectors) if (wants(c) && !byCharger.has(c.charger)) byCharger.set(c.charger, c.name);
  return [...byCharger.values()];
}

const list = (names: readonly string[]): string =>
  names.length <= MAX_NAMES ? names.join(', ') : `${names.length} chargers`;

/** Of the first root: the fullest phase against its limit, and the sum where one is limited. */
function loadSentence(circuits: readonly CircuitView[]): string {
  const root = circuits.find(c => c.parent === null);
  if (root === undefined) return '';
  const parts = [phasePart(root), root.limitW === null ? '' : powerPart(root, root.limitW)];
  return parts.filter(part => part !== '').join(' ');
}

function phasePart(root: CircuitView): string {
  const used = PHASES.flatMap(phase => {
    const limitA = root.limitA[phase];
    return limitA === null ? [] : [{ phase, limitA, loadA: root.loadA[phase] ?? 0 }];
  });
  const fullest = used.sort((a, b) => b.loadA / b.limitA - a.loadA / a.limitA)[0];
  if (fullest === undefined) return '';
  const on = used.length > 1 ? ` on ${fullest.phase.toUpperCase()}` : '';
  return `${root.name} ${amps(fullest.limitA)}: ${amps(fullest.loadA)} used${on}.`;
}

function powerPart(root: CircuitView, limitW: number): string {
  return `${sourceName(root.limitWBy)} ${kilowatts(limitW)}: ${kilowatts(root.loadW)} used.`;
}

/** The name of a limit's source, as it begins a sentence. */
export function sourceName(source: string | null): string {
  switch (source) {
    case null:
      return 'Limit';
    case 'fuse':
      return 'Fuse';
    case 'cable':
      return 'Cable';
    case 'contract':
      return 'Contract';
    case 'ems':
      return 'Energy manager';
    case 'grid':
      return 'Grid operator';
    case 'csms':
      return 'Back office';
    case 'cap':
      return 'Cap';
    case 'charger':
      return 'Charger';
    case 'meter':
      return 'Fail-safe';
    default:
      return source.charAt(0).toUpperCase() + source.slice(1);
  }
}
