import { describe, expect, it } from 'vitest';
import { NO_LIMIT_MA } from '#base/units.ts';
import { openEms } from '#ems/ems.ts';
import { MAX_LIMITS_PER_WRITE, readLimits } from '#ems/limits.ts';
import type { SiteEvent } from '#site/event.ts';
import type { Circuit, Topology } from '#site/topology.ts';

const circuit = (index: number, id: string): Circuit => ({
  index,
  id,
  name: id,
  parent: index === 0 ? -1 : 0,
  children: [],
  limits: [],
  marginMa: null,
  designLoadMa: [0, 0, 0],
  reservedMa: [0, 0, 0],
  meter: -1,
  failSafeMa: null,
  connectors: [],
});

const site: Topology = {
  siteName: 'Garage',
  supplyPhases: 3,
  nominalV: 230,
  circuits: [circuit(0, 'main'), circuit(1, 'row-a')],
  chargers: [],
  connectors: [],
  meters: [],
  leaseTtlMs: 300_000,
  limitSources: ['ems', 'cap'],
};
const onePhase: Topology = { ...site, supplyPhases: 1 };

const time = { nowMs: 5_000, nowWallMs: Date.parse('2026-01-01T12:00:00Z') };
const read = (body: unknown, topology = site, source = 'ems') => readLimits(source, body, topology, time);

function problemsOf(body: unknown, topology = site, source = 'ems'): string[] {
  const checked = read(body, topology, source);
  return checked.ok ? [] : checked.problems.map(p => `${p.path}: ${p.message}${p.hint ? ` (${p.hint})` : ''}`);
}

describe('a limit from outside', () => {
  it('is read with amperes for all phases, and stands for ever without an end', () => {
    expect(read([{ circuit: 'row-a', limitA: 32 }])).toEqual({
      ok: true,
      value: [
        {
          source: 'ems',
          circuit: 1,
          limitMa: [32_000, 32_000, 32_000],
          limitW: null,
          evOnly: false,
          validUntilMs: null,
          validUntilWallMs: null,
          failSafeMa: null,
          setAtMs: 5_000,
        },
      ],
    });
  });

  it('turns its end into the monotonic clock and keeps the fail-safe value', () => {
    const checked = read([
      {
        circuit: 'main',
        limitA: { l1: 10, l2: null, l3: 12.5 },
        limitW: 30_000,
        evOnly: true,
        validUntil: '2026-01-01T13:00:10+01:00',
        failSafeA: 6,
      },
    ]);
    expect(checked.ok && checked.value[0]).toMatchObject({
      limitMa: [10_000, NO_LIMIT_MA, 12_500],
      limitW: 30_000,
      evOnly: true,
      validUntilMs: 15_000,
      validUntilWallMs: Date.parse('2026-01-01T12:00:10Z'),
      failSafeMa: [6_000, 6_000, 6_000],
    });
  });

  it('may be zero, may be watts alone, and an empty write wants nothing', () => {
    expect(problemsOf([{ circuit: 'main', limitA: 0, limitW: null }])).toEqual([]);
    expect(problemsOf([{ circuit: 'main', limitW: 0 }])).toEqual([]);
    expect(read([])).toEqual({ ok: true, value: [] });
  });

  const refused: readonly [string, unknown, readonly string[]][] = [
    ['is an array', { circuit: 'main' }, [': expected an array of limits (Write [] to want nothing.)']],
    ['holds objects', [7], ['0: expected an object like {"circuit": "main", "limitA": 32}']],
    ['names a circuit', [{ limitA: 1 }], ['0.circuit: expected the id of a circuit (Known: main, row-a.)']],
    ['names a known circuit', [{ circuit: 'x', limitA: 1 }], ['0.circuit: no circuit "x" (Known: main, row-a.)']],
    ['says how much', [{ circuit: 'main' }], ['0: expected limitA, limitW or both']],
    [
      'is never below zero',
      [{ circuit: 'main', limitA: -1 }],
      ['0.limitA: expected a finite number of amperes, 0 or more, not -1'],
    ],
    [
      'is finite',
      [{ circuit: 'main', limitA: { l2: Number.POSITIVE_INFINITY } }],
      ['0.limitA.l2: expected a finite number of amperes, 0 or more, not Infinity'],
    ],
    [
      'is a number and not its text',
      [{ circuit: 'main', limitA: '16' }],
      ['0.limitA: expected amperes as a number or as {"l1": …, "l2": …, "l3": …}'],
    ],
    [
      'knows three phases',
      [{ circuit: 'main', limitA: { l1: 1, l4: 2 } }],
      ['0.limitA.l4: is not a phase (Phases are l1, l2, l3.)'],
    ],
    [
      'says something of a phase',
      [{ circuit: 'main', limitA: {} }],
      ['0.limitA: expected amperes for at least one phase'],
    ],
    [
      'has watts as a number',
      [{ circuit: 'main', limitW: 'x' }],
      ['0.limitW: expected a finite number of watts, 0 or more'],
    ],
    ['has a true flag', [{ circuit: 'main', limitA: 1, evOnly: 1 }], ['0.evOnly: expected true or false']],
    [
      'has no field that nobody reads',
      [{ circuit: 'main', limitA: 1, limitKw: 3 }],
      ['0.limitKw: is not a field of a limit (Fields are circuit, limitA, limitW, evOnly, validUntil, failSafeA.)'],
    ],
    [
      'ends in the future',
      [{ circuit: 'main', limitA: 1, validUntil: '2026-01-01T12:00:00Z' }],
      ['0.validUntil: is not in the future; the clock here says 2026-01-01T12:00:00.000Z'],
    ],
    [
      'names the zone of its end',
      [{ circuit: 'main', limitA: 1, validUntil: '2026-01-02T12:00:00' }],
      ['0.validUntil: expected a time like 2026-01-31T18:00:00Z (Name the zone: Z or +01:00.)'],
    ],
    [
      'stands once for each circuit',
      [
        { circuit: 'main', limitA: 1 },
        { circuit: 'main', limitA: 2 },
      ],
      ['1.circuit: "main" stands twice in this write (One limit for each circuit.)'],
    ],
  ];
  it.each(refused)('%s', (_title, body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });

  it('tells every problem of a write at once', () => {
    expect(problemsOf([{ circuit: 'x', limitA: -1, validUntil: 'soon' }, 3], site, 'nobody')).toHaveLength(5);
  });

  it.each(['fuse', 'contract', 'csms'])('is never written in the name of %s', source => {
    const named: Topology = { ...site, leaseTtlMs: 300_000, limitSources: [source] };
    expect(problemsOf([], named, source)[0]).toContain('is not set from here');
  });

  it('comes only from a source that the configuration names', () => {
    expect(problemsOf([], site, 'mallory')).toEqual([
      'source: no source "mallory" (Known: ems, cap. Add it under limits.sources.)',
    ]);
  });

  it('names only phases that the supply has', () => {
    expect(problemsOf([{ circuit: 'main', limitA: { l1: 6, l2: 6 } }], onePhase)).toEqual([
      '0.limitA.l2: this site has only the phase l1',
    ]);
  });

  it('comes in writes of a bounded size', () => {
    const many = Array.from({ length: MAX_LIMITS_PER_WRITE + 1 }, () => ({ circuit: 'main', limitA: 1 }));
    expect(problemsOf(many)).toHaveLength(1);
  });
});

describe('the room of outside limits', () => {
  it('tells the site a good write and a clear, and nothing of a bad one', () => {
    const told: SiteEvent[] = [];
    const clock = {
      nowMs: () => time.nowMs,
      wallMs: () => time.nowWallMs,
      quality: () => 'synchronised' as const,
      after: () => ({ cancel() {} }),
    };
    const ems = openEms({ clock, topology: () => site, dispatch: event => told.push(event) });
    expect(ems.put('ems', [{ circuit: 'main', limitA: 'x' }]).ok).toBe(false);
    expect(ems.clear('nobody').ok).toBe(false);
    expect(told).toEqual([]);
    ems.put('ems', [{ circuit: 'main', limitA: 20 }]);
    ems.clear('ems');
    expect(told.map(event => event.type)).toEqual(['limits-set', 'limits-cleared']);
  });
});
