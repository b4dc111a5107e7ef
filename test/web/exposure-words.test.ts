import { describe, expect, it } from 'vitest';
import type { Triple } from '#base/units.ts';
import { EXPOSURE_WORDS, exposureBy } from '#site/gate/exposure-words.ts';
import { unknownHeld } from '#site/gate/ledger.ts';
import { gateView } from '#site/gate/view.ts';
import type { Charger, Connector, Held, Ledger, SiteState } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import { PROVEN } from '../site/site.ts';
import { garage, garageState, NOW_MS } from './garage.ts';

const AMPS_32 = 24;
const state = garageState();
const [spec] = garage.connectors.slice(AMPS_32);
const [charger] = state.chargers.slice(AMPS_32);
const [connector] = state.connectors.slice(AMPS_32);

const told = (limitMa: number, changed: Partial<Held> = {}): Held => ({
  limitMa,
  lapseMa: limitMa,
  lapsesAtMs: Number.POSITIVE_INFINITY,
  sentAtMs: NOW_MS - 5000,
  ackedAtMs: NOW_MS - 4900,
  ...changed,
});
const unanswered = { ackedAtMs: null };
const unknown = unknownHeld(32_000);

type Change = {
  readonly held?: readonly Held[];
  readonly ledger?: Partial<Ledger>;
  readonly connector?: Partial<Connector>;
  readonly charger?: Partial<Charger>;
  readonly leaseClass?: ChargerTraits['leaseClass'];
  readonly bookedMa: number;
};

function wordFor(change: Change) {
  if (spec === undefined || charger === undefined || connector === undefined) throw new Error('no such bay');
  const ledger = { ...connector.ledger, held: change.held ?? [told(12_000)], ...change.ledger };
  const exposureMa: Triple = [change.bookedMa, change.bookedMa, change.bookedMa];
  const traits = { ...charger.traits, leaseClass: change.leaseClass ?? 'A' };
  return exposureBy({
    connector: { ...connector, status: 'Charging', draw: null, ...change.connector, ledger },
    charger: { ...charger, traits, ...change.charger },
    spec,
    exposureMa,
    atMs: NOW_MS,
  });
}

const draw = (ma: number, ageMs = 1000) => ({ atMs: NOW_MS - ageMs, ma: [ma, 0, 0] as Triple, powerW: 0 });
const offline = { link: 'offline' as const };
const running = { ...state.chargers[0]?.setup, todo: [{ kind: 'maximum' as const }] } as Charger['setup'];

describe('why the gate books what it books', () => {
  const cases: readonly (readonly [string, Change, (typeof EXPOSURE_WORDS)[number]])[] = [
    ['told 12 A, and nothing else stands', { bookedMa: 12_000 }, 'grant'],
    ['12 A said again, not answered', { held: [told(12_000), told(12_000, unanswered)], bookedMa: 12_000 }, 'grant'],
    ['12 A, then 6 A', { held: [told(12_000), told(6000)], bookedMa: 12_000 }, 'decrease-unseen'],
    ['6 A without an answer', { held: [told(12_000), told(6000, unanswered)], bookedMa: 12_000 }, 'decrease-unseen'],
    ['6 A believed by time', { held: [told(12_000), told(6000)], bookedMa: 6000 }, 'grant'],
    [
      '6 A, then 16 A unanswered',
      { held: [told(6000), told(16_000, unanswered)], bookedMa: 16_000 },
      'raise-unanswered',
    ],
    ['paused, rises to 6 A', { held: [told(0, { lapseMa: 6000 })], bookedMa: 6000 }, 'lapse'],
    ['draws 14 A on 12 A', { connector: { draw: draw(14_000) }, bookedMa: 14_000 }, 'draw'],
    ['drew 14 A a minute ago', { connector: { draw: draw(14_000, 60_000) }, bookedMa: 12_000 }, 'grant'],
    ['not told anything', { held: [unknown], bookedMa: 32_000 }, 'unknown-past'],
    ['told 6 A beside an unknown past', { held: [unknown, told(6000)], bookedMa: 32_000 }, 'unknown-past'],
    ['offline, proven', { charger: offline, bookedMa: 12_000 }, 'offline-lease'],
    ['offline, not proven', { charger: offline, leaseClass: 'unknown', bookedMa: 32_000 }, 'offline-unproven'],
    ['offline, class B', { charger: offline, leaseClass: 'B', bookedMa: 32_000 }, 'offline-unproven'],
    ['never seen', { charger: offline, held: [unknown], leaseClass: 'B', bookedMa: 32_000 }, 'unknown-past'],
    ['silent on its link', { charger: { timeouts: 2 }, bookedMa: 12_000 }, 'grant'],
    ['being read back', { charger: { setup: running }, bookedMa: 12_000 }, 'grant'],
    [
      'offline after a decrease in an unknown past',
      { charger: offline, held: [unknown, told(6000, unanswered)], bookedMa: 32_000 },
      'unknown-past',
    ],
    ['does not obey', { ledger: { uncontrolled: true }, bookedMa: 32_000 }, 'uncontrolled'],
    ['being set up', { charger: { setup: running }, held: [unknown], bookedMa: 32_000 }, 'set-up'],
    ['set-up cut off', { charger: { setup: running, ...offline }, held: [unknown], bookedMa: 32_000 }, 'unknown-past'],
    ['free', { connector: { status: 'Available' }, bookedMa: 0 }, 'idle'],
    ['free, but booked', { connector: { status: 'Available' }, bookedMa: 12_000 }, 'grant'],
    ['free, yet something flows', { connector: { status: 'Available', draw: draw(13_000) }, bookedMa: 13_000 }, 'draw'],
    ['switched off', { charger: { ...offline, switchedOff: true }, bookedMa: 0 }, 'switched-off'],
  ];
  it.each(cases)('%s', (_title, change, word) => expect(wordFor(change)).toBe(word));

  it('has a case for every word', () => {
    expect(new Set(cases.map(([, , word]) => word))).toEqual(new Set(EXPOSURE_WORDS));
  });
});

/** The garage whose first bay is told what is given. */
function firstBay(held: readonly Held[], changed: Partial<Charger> = {}, more: Partial<Connector> = {}) {
  const before = garageState();
  const site: SiteState = {
    ...before,
    chargers: before.chargers.map((found, i) => (i === 0 ? { ...found, ...changed } : found)),
    connectors: before.connectors.map((found, i) =>
      i === 0 ? { ...found, ...more, ledger: { ...found.ledger, held } } : found,
    ),
  };
  return gateView(site, NOW_MS).connectors[0];
}

describe('the time that a charger keeps its limit by itself', () => {
  const lease = { lapseMa: 6000, lapsesAtMs: NOW_MS + 200_000 };

  it('is that of the newest acknowledged limit', () => {
    const held = [told(12_000, lease), told(14_000, { ...unanswered, lapseMa: 8000, lapsesAtMs: NOW_MS + 300_000 })];
    expect(firstBay(held)).toMatchObject({ grantMa: 12_000, leaseLeftMs: 200_000, lapseMa: 6000 });
  });

  it('is 0 once it is over, and has no end where the limit has none', () => {
    expect(firstBay([told(12_000, { ...lease, lapsesAtMs: NOW_MS - 1 })])).toMatchObject({ leaseLeftMs: 0 });
    expect(firstBay([told(12_000)])).toMatchObject({ leaseLeftMs: null, lapseMa: 12_000 });
    expect(firstBay([unknown])).toMatchObject({ leaseLeftMs: null, lapseMa: null, exposureBy: 'unknown-past' });
  });

  it('proves nothing for a charger whose base is not set, nor for a model that has lost its class', () => {
    expect(firstBay([told(12_000)])).toMatchObject({ leaseClass: 'A', control: 'controlled', lapsedMa: 12_000 });
    expect(firstBay([told(12_000)], {}, { hasBase: false })).toMatchObject({ leaseClass: 'A', control: 'unproven' });
    const traits = { ...PROVEN, leaseClass: 'unknown' as const };
    const lost = { leaseClass: 'unknown', control: 'unproven', lapsedMa: 16_000 };
    expect(firstBay([told(12_000)], { traits })).toMatchObject(lost);
  });
});
