/** Chargers: names, wiring, what they fall back to, and how they prove who they are. */
import { circuitIds, repeated } from './check-circuits.ts';
import { figureFindings } from './check-figures.ts';
import { numberFindings } from './check-numbers.ts';
import type { Devices } from './config.ts';
import { dotted, type Finding } from './finding.ts';
import { nearestHint } from './near.ts';
import { type Draft, type DraftCharger, entries } from './raw.ts';

export function chargerFindings(draft: Draft, devices: Devices): readonly Finding[] {
  const chargers = entries(draft.chargers);
  const circuits = circuitIds(draft);
  return [
    ...repeated(chargers, charger => charger.identity, 'chargers', 'identity'),
    ...numberFindings(draft),
    ...chargers.flatMap(([charger, index]) => {
      const path = dotted('chargers', index);
      return [
        ...(circuits === null ? [] : feedFindings(charger, path, circuits)),
        ...wiringFindings(charger, path, draft.supply?.phases ?? 3),
        ...figureFindings(draft, charger, path, devices),
        ...profileFindings(charger, path, devices),
        ...authFindings(charger, path),
        ...repeated(entries(charger.connectors), one => one.connectorId, dotted(path, 'connectors'), 'connectorId'),
      ];
    }),
  ];
}

function feedFindings(charger: DraftCharger, path: string, circuits: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  const { circuit, identity } = charger;
  if (circuit !== undefined && !circuits.includes(circuit)) {
    findings.push({
      path: dotted(path, 'circuit'),
      message: `no circuit "${circuit}"`,
      hint: nearestHint(circuit, circuits),
    });
  }
  const shared = (charger.connectors ?? []).length > 1;
  if (shared && identity !== undefined && circuits.includes(identity)) {
    const message = `"${identity}" is a circuit already, and a charger with several sockets is a circuit of its own`;
    findings.push({ path: dotted(path, 'identity'), message, hint: 'rename the circuit' });
  }
  return findings;
}

function wiringFindings(charger: DraftCharger, path: string, supply: 1 | 3): readonly Finding[] {
  if (charger.current === 'dc') return [];
  const findings: Finding[] = [];
  const phases = charger.phases ?? supply;
  if (phases > supply) {
    findings.push({ path: dotted(path, 'phases'), message: 'three phases on a one-phase supply', hint: 'phases: 1' });
  }
  if (phases === 3 && charger.rotation?.length === 1) {
    const message = `"${charger.rotation}" names one phase, the charger has three`;
    findings.push({
      path: dotted(path, 'rotation'),
      message,
      hint: `its L1 on ${charger.rotation}: ${threeFrom(charger.rotation)}`,
    });
  }
  return findings;
}

/** The right-turning order that begins with a phase. */
const threeFrom = (first: string): string => ({ R: 'RST', S: 'STR', T: 'TRS' })[first] ?? 'RST';

function profileFindings(charger: DraftCharger, path: string, devices: Devices): readonly Finding[] {
  const { profile } = charger;
  const ids = devices.chargers.map(known => known.id);
  if (profile === undefined || ids.includes(profile)) return [];
  return [
    { path: dotted(path, 'profile'), message: `no charger profile "${profile}"`, hint: nearestHint(profile, ids) },
  ];
}

const IP_LITERAL = /^(?:(?:\d{1,3}\.){3}\d{1,3}|\[?[0-9a-f:.]*:[0-9a-f:.]*\]?)$/i;

function authFindings(charger: DraftCharger, path: string): readonly Finding[] {
  if (charger.auth === 'none') {
    const place = dotted(path, 'address');
    if (charger.address === undefined) {
      const hint = 'the only address this charger may come from; or auth: basic with a password';
      return [{ path: place, message: 'missing: auth is none', hint }];
    }
    if (IP_LITERAL.test(charger.address)) return [];
    return [{ path: place, message: `"${charger.address}" is not an IP address`, hint: 'names are not looked up' }];
  }
  if (charger.auth !== 'basic' || charger.password !== undefined) return [];
  const hint = `password: \${NAME} or !file path; or auth: none with its address`;
  return [{ path: dotted(path, 'password'), message: 'missing: auth is basic', hint }];
}

/** What OCPP 1.6 lets an AuthorizationKey be, in bytes; as hex digits twice as many (security whitepaper, A00.FR.205). */
const KEY_MIN_BYTES = 16;
const KEY_MAX_BYTES = 20;

export function chargerNotes(draft: Draft): readonly Finding[] {
  const supply = draft.supply?.phases ?? 3;
  return entries(draft.chargers).flatMap(([charger, index]) => {
    const path = dotted('chargers', index);
    const notes: Finding[] = [];
    const bytes =
      charger.auth === 'basic' && charger.password !== undefined ? keyBytes(charger.password) : KEY_MIN_BYTES;
    if (bytes < KEY_MIN_BYTES || bytes > KEY_MAX_BYTES) {
      const message = `${bytes} bytes long; OCPP 1.6 takes ${KEY_MIN_BYTES} to ${KEY_MAX_BYTES}`;
      notes.push({
        path: dotted(path, 'password'),
        message,
        hint: 'some chargers refuse others, and a short one can be guessed',
      });
    }
    if (charger.auth === 'none' && charger.password !== undefined) {
      notes.push({ path: dotted(path, 'password'), message: 'not used: auth is none' });
    }
    if (supply === 1 && charger.rotation !== undefined && charger.rotation[0] !== 'R') {
      notes.push({ path: dotted(path, 'rotation'), message: 'not used: the supply has one phase' });
    }
    return notes;
  });
}

function keyBytes(password: string): number {
  const bytes = new TextEncoder().encode(password).length;
  return /^(?:[0-9a-f]{2})+$/i.test(password) && bytes >= 2 * KEY_MIN_BYTES ? bytes / 2 : bytes;
}
