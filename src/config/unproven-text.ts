/** Who is proven and who is not, and what that means for raises. */
import { at } from '#base/assert.ts';
import type { ChargerProfile } from '#chargers/quirks.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import { ampsText, named, textTable } from './text-table.ts';
import { type Blocked, blockedCircuits, unprovenChargers, whyUnproven } from './unproven.ts';

export function unprovenText(topology: Topology, profiles: readonly ChargerProfile[]): string {
  const unproven = unprovenChargers(topology);
  const proven = provenText(topology, profiles);
  if (unproven.length === 0) return proven;
  const title = 'Not proven yet: counts at its rating, not at its fallback, outside a commissioning window';
  const header = ['charger', 'profile', 'class', 'fallback', 'rating', 'why'];
  const rows = unproven.map(charger => {
    const { profileId, leaseClass } = charger.traits;
    const sockets = charger.connectors.map(index => at(topology.connectors, index));
    const amps = (ma: (socket: ConnectorSpec) => number) => sockets.map(socket => ampsText(ma(socket))).join(' + ');
    const figures = [amps(socket => socket.fallbackMa), amps(socket => socket.maxMa)];
    return [charger.identity, profileId, leaseClass, ...figures, whyUnproven(charger, profiles)];
  });
  return [proven, `${title}\n${textTable([header, ...rows])}`].filter(text => text !== '').join('\n\n');
}

/** The proof of a model is one of its firmware: said by model. */
function provenText(topology: Topology, profiles: readonly ChargerProfile[]): string {
  const proven = topology.chargers.filter(charger => charger.traits.leaseClass === 'A');
  const lines = [...new Set(proven.map(charger => charger.traits.profileId))].map(profileId => {
    const profile = profiles.find(candidate => candidate.id === profileId);
    const names = proven.filter(charger => charger.traits.profileId === profileId).map(charger => charger.identity);
    return [profileId, firmwareWords(profile), profile?.tested ?? '', named(names)];
  });
  if (lines.length === 0) return '';
  const whole = proven.length === topology.chargers.length ? 'Every charger is proven' : 'Proven';
  const header = ['profile', 'firmware', 'tested', 'chargers'];
  return `${whole} (class A), as long as its firmware is one that was tested\n${textTable([header, ...lines])}`;
}

function firmwareWords(profile: ChargerProfile | undefined): string {
  const { from = null, to = null } = profile?.firmware ?? {};
  if (from === null && to === null) return 'any';
  if (to === null) return `from ${from}`;
  return from === null ? `up to ${to}` : `${from} to ${to}`;
}

/** Circuits on which nothing may be raised, and what would change that. */
export function raisesText(topology: Topology, isOpen: boolean): string {
  const blocked = blockedCircuits(topology);
  const unfit = blocked.filter(one => one.unfit.length > 0).map(one => unfitText(topology, one));
  const waiting = waitingText(
    blocked.filter(one => one.unfit.length === 0),
    isOpen,
  );
  return [...unfit, waiting].filter(text => text !== '').join('\n');
}

/** Neither a proof nor a window helps here: the file itself asks too much. */
function unfitText(topology: Topology, { circuit, unfit }: Blocked): string {
  const fed = circuit.connectors
    .map(index => at(topology.connectors, index))
    .filter(one => one.fallbackMa > 0 || one.dc !== null);
  const fallbackKeys = [...new Set(fed.map(one => (one.dc === null ? 'fallbackA' : 'fallbackKw')))].toSorted();
  const parts: string[] = [];
  const keys: string[] = [];
  const count = (part: string, ...ofPart: readonly string[]) => {
    parts.push(part);
    keys.push(...ofPart);
  };
  if (fed.length > 0) count('its fallbacks', ...fallbackKeys);
  if (unfit.some(row => row.buildingMa > 0)) count("the building's design load", 'designLoadA');
  if (unfit.some(row => row.reservedMa > 0)) count('what is reserved', 'reservedA');
  const verb = parts.length === 1 && fed.length === 0 ? 'does' : 'do';
  return `No raise on ${circuit.name}: ${named(parts)} ${verb} not fit; lower ${keys.join(' or ')}.`;
}

function waitingText(blocked: readonly Blocked[], isOpen: boolean): string {
  if (blocked.length === 0) return '';
  const conditions = [...new Set(blocked.map(conditionWords))];
  const lines = conditions.map(condition => {
    const circuits = blocked.filter(one => conditionWords(one) === condition).map(one => one.circuit.name);
    return `No raise on ${named(circuits)} until ${condition}`;
  });
  if (!isOpen) return lines.map(line => `${line}, or a commissioning window is open.`).join('\n');
  const title = 'While the window is open, a connected charger whose base limit was read back counts at its fallback.';
  return `${title} Once it closes:\n${lines.map(line => `  ${line}.`).join('\n')}`;
}

function conditionWords({ chargers, needsAll }: Blocked): string {
  const names = named(chargers.map(charger => charger.identity));
  if (chargers.length === 1) return `${names} is proven`;
  return needsAll ? `${names} are proven` : `enough of ${names} are proven`;
}
