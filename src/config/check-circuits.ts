/** The tree of circuits: ids, parents, and what each node says of itself. */
import { dotted, type Finding } from './finding.ts';
import { nearestHint } from './near.ts';
import { type Draft, type DraftCircuit, entries, type RawAmps } from './raw.ts';

export function circuitFindings(draft: Draft): readonly Finding[] {
  const supply = draft.supply?.phases ?? 3;
  return [
    ...repeated(entries(draft.circuits), circuit => circuit.id, 'circuits', 'id'),
    ...treeFindings(draft),
    ...meterFindings(draft),
    ...entries(draft.circuits).flatMap(([circuit, index]) => [
      ...ampsFindings(circuit, dotted('circuits', index), supply),
      ...loadFindings(circuit, dotted('circuits', index)),
      ...shareFindings(circuit, dotted('circuits', index)),
    ]),
    ...nestedLoadFindings(draft),
  ];
}

/** Entries of a list that have the same name as one before them. */
export function repeated<T>(
  list: readonly (readonly [T, number])[],
  nameOf: (item: T) => string | number | undefined,
  listPath: string,
  key: string,
): readonly Finding[] {
  return list.flatMap(([item, index], place) => {
    const name = nameOf(item);
    const first = list.slice(0, place).find(([other]) => name !== undefined && nameOf(other) === name);
    if (first === undefined) return [];
    const message = `"${name}" is the ${key} of ${dotted(listPath, first[1])} already`;
    return [{ path: dotted(listPath, index, key), message, hint: `each ${key} may stand once` }];
  });
}

/** Ids of all circuits, or null where one is unreadable and a reference may mean it. */
export function circuitIds(draft: Draft): readonly string[] | null {
  if (draft.circuits === undefined || draft.circuits.some(circuit => circuit?.id === undefined)) return null;
  return entries(draft.circuits).flatMap(([circuit]) => (circuit.id === undefined ? [] : [circuit.id]));
}

function treeFindings(draft: Draft): readonly Finding[] {
  const ids = circuitIds(draft);
  if (ids === null) return [];
  const circuits = entries(draft.circuits);
  const unknown = circuits.flatMap(([{ parent }, index]) =>
    parent === undefined || ids.includes(parent)
      ? []
      : [
          {
            path: dotted('circuits', index, 'parent'),
            message: `no circuit "${parent}"`,
            hint: nearestHint(parent, ids),
          },
        ],
  );
  const circles = circleFindings(draft);
  const roots = circuits.filter(([circuit]) => circuit.parent === undefined);
  const [first, ...others] = roots;
  const extra = others.map(([circuit, index]) => ({
    path: dotted('circuits', index),
    message: `${circuit.id} has no parent, but ${first?.[0].id} is the root already`,
    hint: `add parent: ${first?.[0].id}`,
  }));
  if (first === undefined && unknown.length === 0 && circles.length === 0 && ids.length > 0) {
    return [{ path: 'circuits', message: 'no circuit is the root', hint: 'one circuit has no parent' }];
  }
  return [...unknown, ...circles, ...extra];
}

/** Each circle once, at its first circuit in the file. */
function circleFindings(draft: Draft): readonly Finding[] {
  const circuits = entries(draft.circuits);
  const seen = new Set<string>();
  return circuits.flatMap(([circuit, index]) => {
    const way = pathUp(draft, circuit);
    const last = way.at(-1);
    const closes = last !== undefined && last.parent !== undefined && last.parent === circuit.id;
    if (!closes || circuit.id === undefined || seen.has(circuit.id)) return [];
    const names = way.map(one => one.id ?? '');
    for (const name of names) seen.add(name);
    const message = `feeds itself: ${[...names, circuit.id].join(' < ')}`;
    return [{ path: dotted('circuits', index, 'parent'), message, hint: 'one of them must hang on another circuit' }];
  });
}

/** A circuit and those above it, as far as the way is known; a circle is walked once. */
export function pathUp(draft: Draft, from: DraftCircuit): readonly DraftCircuit[] {
  const way = [from];
  for (;;) {
    const parent = way.at(-1)?.parent;
    const next = entries(draft.circuits).find(([circuit]) => parent !== undefined && circuit.id === parent)?.[0];
    if (next === undefined || way.includes(next)) return way;
    way.push(next);
  }
}

function meterFindings(draft: Draft): readonly Finding[] {
  const readable = (draft.meters ?? []).every(meter => meter?.id !== undefined);
  const ids = entries(draft.meters).flatMap(([meter]) => (meter.id === undefined ? [] : [meter.id]));
  const guarding = entries(draft.circuits).filter(([circuit]) => circuit.meter !== undefined);
  return guarding.flatMap(([circuit, index], place) => {
    const path = dotted('circuits', index, 'meter');
    const meter = circuit.meter ?? '';
    const other = guarding.slice(0, place).find(([before]) => before.meter === meter)?.[0];
    if (other !== undefined) {
      const hint = 'a meter measures one node: give the other circuit its own, or none';
      return [{ path, message: `meter "${meter}" guards ${other.id ?? 'another circuit'} already`, hint }];
    }
    if (ids.includes(meter) || !readable) return [];
    return [{ path, message: `no meter "${meter}"`, hint: nearestHint(meter, ids) }];
  });
}

const AMPS_KEYS = ['designLoadA', 'reservedA', 'failSafeA'] as const;

/** Amperes written by phase must name the phases of the supply, no more and no fewer. */
function ampsFindings(circuit: DraftCircuit, path: string, supply: 1 | 3): readonly Finding[] {
  const own = AMPS_KEYS.map(key => [dotted(path, key), circuit[key]] as const);
  const limits = entries(circuit.limits).map(
    ([limit, index]) => [dotted(path, 'limits', index, 'limitA'), limit.limitA] as const,
  );
  return [...own, ...limits].flatMap(([place, amps]) => {
    if (typeof amps !== 'object') return [];
    const other = (['l2', 'l3'] as const).filter(phase => (amps[phase] === undefined) === (supply === 3));
    return other.map(phase =>
      supply === 3
        ? { path: dotted(place, phase), message: 'missing', hint: 'the supply has three phases: name l1, l2 and l3' }
        : {
            path: dotted(place, phase),
            message: 'the supply has one phase',
            hint: 'remove it, or set supply.phases: 3',
          },
    );
  });
}

const hasBackground = (circuit: DraftCircuit): boolean =>
  entries(circuit.limits).some(([limit]) => limit.evOnly === false);

/** A node with no limit but for cars has no background: nothing of the building is known or needed there. */
export const isForCarsOnly = (circuit: DraftCircuit): boolean =>
  entries(circuit.limits).length > 0 && !hasBackground(circuit);

function loadFindings(circuit: DraftCircuit, path: string): readonly Finding[] {
  if (hasBackground(circuit)) {
    if (circuit.designLoadA !== undefined) return [];
    const hint = 'the most the building draws below it, A per phase; or mark its limits evOnly: true';
    return [{ path: dotted(path, 'designLoadA'), message: 'missing: a limit here counts the building too', hint }];
  }
  if (!isForCarsOnly(circuit)) return [];
  const why = 'every limit of this circuit counts cars only';
  const hint = 'remove it, or set evOnly: false on the limit that counts the building';
  const wrong: Finding[] = [];
  if (circuit.meter !== undefined) wrong.push({ path: dotted(path, 'meter'), message: `guards nothing: ${why}`, hint });
  if (circuit.designLoadA !== undefined && largest(circuit.designLoadA) > 0) {
    wrong.push({ path: dotted(path, 'designLoadA'), message: `counts nowhere: ${why}`, hint });
  }
  return wrong;
}

const PHASES = ['l1', 'l2', 'l3'] as const;

type DraftAmps = RawAmps | DraftCircuit['designLoadA'];

/** Amperes on one phase; undefined where nothing is said. */
const ampsOn = (amps: DraftAmps, phase: (typeof PHASES)[number]): number | undefined =>
  typeof amps === 'number' ? amps : amps?.[phase];

const largest = (amps: DraftAmps): number => Math.max(...PHASES.map(phase => ampsOn(amps, phase) ?? 0));

/** Another controller's share, or the margin, that leaves nothing of a limit. */
function shareFindings(circuit: DraftCircuit, path: string): readonly Finding[] {
  for (const [limit] of entries(circuit.limits)) {
    for (const phase of PHASES) {
      const limitA = ampsOn(limit.limitA, phase);
      if (limitA === undefined) continue;
      const reservedA = ampsOn(circuit.reservedA, phase) ?? 0;
      if (reservedA > limitA) {
        const message = `${reservedA} A on ${phase} is more than its ${limit.source ?? 'limit'} of ${limitA} A`;
        return [{ path: dotted(path, 'reservedA'), message, hint: 'reserve less, or correct the limit' }];
      }
      if (limit.evOnly === false && (circuit.marginA ?? 0) >= limitA && limitA > 0) {
        const message = `leaves nothing of its ${limit.source ?? 'limit'} of ${limitA} A`;
        return [{ path: dotted(path, 'marginA'), message, hint: 'leave it out: max(1 A, 2 %) is kept free then' }];
      }
    }
  }
  return [];
}

/** What the children's buildings draw is part of what their parent's does. */
function nestedLoadFindings(draft: Draft): readonly Finding[] {
  const circuits = entries(draft.circuits);
  return circuits.flatMap(([circuit, index]) => {
    if (!hasBackground(circuit) || circuit.designLoadA === undefined) return [];
    const below = circuits.filter(([child]) => circuit.id !== undefined && child.parent === circuit.id);
    for (const phase of PHASES) {
      const sum = below.reduce((total, [child]) => total + (ampsOn(child.designLoadA, phase) ?? 0), 0);
      const own = ampsOn(circuit.designLoadA, phase) ?? 0;
      if (sum <= own) continue;
      const message = `${own} A on ${phase} is less than the ${sum} A of the circuits below it`;
      return [{ path: dotted('circuits', index, 'designLoadA'), message, hint: 'it counts everything below the node' }];
    }
    return [];
  });
}

export function circuitNotes(draft: Draft): readonly Finding[] {
  return entries(draft.circuits).flatMap(([circuit, index]) => {
    if (circuit.failSafeA === undefined) return [];
    const path = dotted('circuits', index, 'failSafeA');
    if (circuit.meter === undefined) return [{ path, message: 'never applies: no guard meter can fall silent here' }];
    return failSafeNotes(circuit, path);
  });
}

/** While its meter is silent the building counts at its design load, and the lower of the two holds (rule 16). */
function failSafeNotes(circuit: DraftCircuit, path: string): readonly Finding[] {
  for (const [limit] of entries(circuit.limits)) {
    for (const phase of PHASES) {
      const limitA = ampsOn(limit.limitA, phase);
      const wantedA = ampsOn(circuit.failSafeA, phase);
      if (limitA === undefined || wantedA === undefined || limit.evOnly !== false) continue;
      const takenA = (ampsOn(circuit.designLoadA, phase) ?? 0) + (ampsOn(circuit.reservedA, phase) ?? 0);
      const leftA = Math.max(0, limitA - takenA);
      if (wantedA <= leftA) continue;
      const message = `${wantedA} A on ${phase} is more than the ${leftA} A that its ${limit.source ?? 'limit'} leaves beside designLoadA: those count`;
      return [{ path, message }];
    }
  }
  return [];
}
