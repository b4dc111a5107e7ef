/** What a charger takes at most, at least, and when nobody commands it: AC in amperes, DC in kilowatts at the car. */
import type { Devices } from './config.ts';
import { wattsPerA } from './dc.ts';
import { dotted, type Finding } from './finding.ts';
import { type Draft, type DraftCharger, entries } from './raw.ts';

export function figureFindings(draft: Draft, charger: DraftCharger, path: string, devices: Devices) {
  const { phases = 3, nominalV = 230 } = draft.supply ?? {};
  const figures = charger.current === 'dc' ? dcFigures(charger, nominalV) : acFigures(charger);
  return [
    ...(charger.current === 'dc' ? dcWiring(charger, path, phases) : []),
    ...foreignKeys(charger, path),
    ...orderFindings(figures, path),
    ...fallbackFindings(figures, path, cannotPause(charger, devices)),
  ];
}

/** The same three figures of either kind. */
type Figures = {
  readonly unit: 'A' | 'kW';
  readonly least: number | undefined;
  readonly leastKey: string;
  /** Lowest rating on the way to any of its sockets; null where one is unreadable. */
  readonly most: number | null;
  readonly fallback: 'auto' | number;
  readonly fallbackKey: string;
};

function acFigures(charger: DraftCharger): Figures {
  const { ratingA, cableA, minA = 6, fallbackA = 'auto' } = charger;
  const sockets = entries(charger.connectors).flatMap(([socket]) => socket.ratingA ?? []);
  const most = ratingA === undefined ? null : Math.min(ratingA, cableA ?? ratingA, ...sockets);
  return { unit: 'A', least: minA, leastKey: 'minA', most, fallback: fallbackA, fallbackKey: 'fallbackA' };
}

function dcFigures(charger: DraftCharger, nominalV: number): Figures {
  const { ratingKw, cableA, minKw, fallbackKw = 'auto' } = charger;
  const cable = cableA === undefined ? [] : [Math.floor((cableA * wattsPerA(charger, nominalV)) / 100) / 10];
  const sockets = entries(charger.connectors).flatMap(([socket]) => socket.ratingKw ?? []);
  const most = ratingKw === undefined ? null : Math.min(ratingKw, ...cable, ...sockets);
  return { unit: 'kW', least: minKw, leastKey: 'minKw', most, fallback: fallbackKw, fallbackKey: 'fallbackKw' };
}

const cannotPause = (charger: DraftCharger, devices: Devices): string | null => {
  const profile = devices.chargers.find(candidate => candidate.id === charger.profile);
  return profile?.canPause === false ? profile.id : null;
};

function orderFindings({ unit, least, leastKey, most }: Figures, path: string): readonly Finding[] {
  if (least === undefined || most === null || least <= most) return [];
  const message = `${least} ${unit} is above its rating of ${most} ${unit}`;
  return [{ path: dotted(path, leastKey), message, hint: 'lower it' }];
}

function fallbackFindings(figures: Figures, path: string, stuck: string | null): readonly Finding[] {
  const { unit, least, most, fallback, fallbackKey } = figures;
  if (fallback === 'auto') return [];
  const place = dotted(path, fallbackKey);
  const findings: Finding[] = [];
  if (fallback === 0 && stuck !== null) {
    const message = `${stuck} cannot pause: 0 ${unit} is not obeyed`;
    findings.push({ path: place, message, hint: least === undefined ? 'auto' : `auto, or at least ${least}` });
  }
  if (fallback > 0 && least !== undefined && fallback < least) {
    const message = `${fallback} ${unit} is below the least it charges with, ${least} ${unit}`;
    findings.push({ path: place, message, hint: `auto, ${stuck === null ? '0, ' : ''}or at least ${least}` });
  }
  if (most !== null && fallback > most) {
    const message = `${fallback} ${unit} is above its rating of ${most} ${unit}`;
    findings.push({ path: place, message, hint: 'auto, or less' });
  }
  return findings;
}

function dcWiring(charger: DraftCharger, path: string, supply: 1 | 3): readonly Finding[] {
  if (supply === 1) {
    const message = 'a DC charger draws on three phases, the supply has one';
    const hint = 'leave it out of this file, and take its rating off the limits by reservedA';
    return [{ path: dotted(path, 'current'), message, hint }];
  }
  if (charger.phases !== 1) return [];
  return [{ path: dotted(path, 'phases'), message: 'a DC charger draws on three phases', hint: 'remove the line' }];
}

/** Keys of AC chargers, each with what a DC charger has in its place; and the other way round. */
const AC_KEYS = {
  ratingA: 'ratingKw; the cable that feeds it goes to cableA',
  minA: 'minKw',
  fallbackA: 'fallbackKw',
  rotation: 'remove the line: it loads all three phases alike',
} as const;
const DC_KEYS = {
  ratingKw: 'ratingA',
  minKw: 'minA',
  fallbackKw: 'fallbackA',
  standbyKw: 'remove the line',
  efficiency: 'remove the line',
  powerFactor: 'remove the line',
} as const;

function foreignKeys(charger: DraftCharger, path: string): readonly Finding[] {
  const dc = charger.current === 'dc';
  const message = dc ? 'belongs to an AC charger, this one is current: dc' : 'belongs to a DC charger';
  const told = (place: string, instead: string): Finding => ({
    path: place,
    message,
    hint: dc ? instead : `current: dc; or ${instead}`,
  });
  const own = Object.entries<string>(dc ? AC_KEYS : DC_KEYS)
    .filter(([key]) => charger[key as keyof DraftCharger] !== undefined)
    .map(([key, instead]) => told(dotted(path, key), instead));
  const [key, instead] = dc ? (['ratingA', 'ratingKw'] as const) : (['ratingKw', 'ratingA'] as const);
  const sockets = entries(charger.connectors)
    .filter(([socket]) => socket[key] !== undefined)
    .map(([, index]) => told(dotted(path, 'connectors', index, key), instead));
  return [...own, ...sockets];
}
