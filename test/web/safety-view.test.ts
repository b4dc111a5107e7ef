import { describe, expect, it } from 'vitest';
import { NOTHING_DONE } from '#site/initial.ts';
import type { Charger, Connector, SiteState } from '#site/state.ts';
import { changeBetween } from '#web/changes.ts';
import { siteView, type ViewInput } from '#web/view.ts';
import { garageGate, garageState, NOW_MS, NOW_WALL_MS } from './garage.ts';
import { unprovenGate, unprovenState } from './unproven-garage.ts';

const input: ViewInput = {
  state: unprovenState(),
  gate: unprovenGate(),
  loop: { lastPassMs: 0.2, p99PassMs: 0.6, p99ReactionMs: null },
  notReady: [],
  refused: [],
  adoption: { untilMs: null, waiting: [], adopted: [], leftOut: [] },
  upstream: [],
  preset: 'standard',
  clock: 'synchronised',
  nowMs: NOW_MS,
  nowWallMs: NOW_WALL_MS,
  wallOffsetMs: NOW_WALL_MS - NOW_MS,
};
const viewOf = (changed: Partial<ViewInput> = {}) => siteView({ ...input, ...changed });
const bay = (number: number, changed: Partial<ViewInput> = {}) => viewOf(changed).connectors[number - 1];

/** The calm garage with another first bay. */
function withFirst(charger: Partial<Charger>, connector: (found: Connector) => Partial<Connector> = () => ({})) {
  const state = garageState();
  const changed: SiteState = {
    ...state,
    chargers: state.chargers.map((found, i) => (i === 0 ? { ...found, ...charger } : found)),
    connectors: state.connectors.map((found, i) => (i === 0 ? { ...found, ...connector(found) } : found)),
  };
  return bay(1, { state: changed, gate: garageGate() });
}

describe('what the site tells of its safety', () => {
  it('tells of each socket how long it keeps its current by itself, and what comes then', () => {
    expect(bay(1)).toMatchObject({
      leaseClass: 'A',
      leaseMs: 160_000,
      leaseUntil: '2026-01-15T15:02:40.000Z',
      lapseA: 6,
      exposureBy: 'grant',
      exposureWhy: '6.8 A: what it was told.',
      switchedOff: false,
    });
    expect(bay(4)).toMatchObject({ leaseMs: null, leaseUntil: null, lapseA: 6, exposureBy: 'idle' });
    expect(bay(6)?.exposureWhy).toBe('12 A: told 6 A 4 s ago, not yet seen to follow.');
  });

  it('has the commissioning window with its end, until it is over', () => {
    expect(viewOf().commissioning).toEqual({ until: '2026-01-24T15:00:00.000Z' });
    expect(viewOf({ nowMs: input.state.commissioningUntilMs }).commissioning).toBeNull();
  });

  it('has the preset, and how long a charger keeps a grant by itself', () => {
    expect(viewOf({ preset: 'strict' }).site).toMatchObject({ preset: 'strict', leaseTtlMs: 300_000 });
  });

  it('asks for no attention for a charger that a person switched off, but names it', () => {
    const { status } = viewOf();
    expect(status.control).toMatch(/^27 of 34 chargers under control; .* Bay 2 switched off\.$/);
    const calm = garageState();
    const state = {
      ...calm,
      chargers: calm.chargers.map(
        (found, i): Charger => (i === 1 ? { ...found, link: 'offline', switchedOff: true } : found),
      ),
    };
    const gate = garageGate();
    const connectors = gate.connectors.map((found, i) => (i === 1 ? { ...found, control: 'offline' as const } : found));
    expect(viewOf({ state, gate: { ...gate, connectors } }).status).toMatchObject({
      level: 'calm',
      control: '33 of 34 chargers under control; Bay 2 switched off.',
    });
  });

  it('says how far the set-up is, and what it waits for', () => {
    const setup = NOTHING_DONE;
    const clear = { kind: 'clear' as const, purpose: 'TxProfile' as const, stackLevel: null };
    expect(bay(26)?.setUp).toEqual({
      state: 'running',
      words:
        'Runs: 2 steps to go. A limit of somebody else was found there and cleared: 16 A from 22:00 on every day (level 3).',
      cleared: ['16 A from 22:00 on every day (level 3)'],
    });
    expect(withFirst({ setup })?.setUp.state).toBe('done');
    expect(withFirst({ setup, generation: 0, link: 'offline' })?.setUp.state).toBe('waiting');
    expect(withFirst({ setup: { ...setup, todo: [clear] }, link: 'offline' })?.setUp.words).toMatch(
      /until the charger/,
    );
    expect(withFirst({ setup: { ...setup, todo: [clear] } })?.setUp.words).toBe('Runs: 1 step to go.');
  });

  it('counts what was written today and says where that leads', () => {
    const written = (dayMs: number, count: number) => (found: Connector) => ({
      ledger: { ...found.ledger, writes: { dayMs, count } },
    });
    const hours = 3_600_000;
    expect(bay(28)).toMatchObject({ writesToday: 410, writesPerDay: 500, writesProjected: 750, writesSpared: true });
    expect(withFirst({}, written(NOW_MS - hours / 2, 9))).toMatchObject({ writesToday: 9, writesSpared: false });
    expect(withFirst({}, written(NOW_MS - hours / 2, 9))?.writesProjected).toBeNull();
    expect(withFirst({}, written(NOW_MS - 24 * hours, 9))).toMatchObject({ writesToday: 0, writesProjected: null });
    expect(withFirst({}, written(NOW_MS - 23.99 * hours, 123))).toMatchObject({
      writesToday: 123,
      writesProjected: 123,
    });
    expect(withFirst({}, written(Number.NEGATIVE_INFINITY, 0))).toMatchObject({ writesToday: 0, writesPerDay: null });
  });

  it('sends no change for a time that merely runs down', () => {
    const gate = unprovenGate();
    const later = {
      ...gate,
      connectors: gate.connectors.map(c => (c.leaseLeftMs === null ? c : { ...c, leaseLeftMs: c.leaseLeftMs - 1000 })),
    };
    const after = viewOf({ gate: later, nowMs: NOW_MS + 1000, nowWallMs: NOW_WALL_MS + 1000 });
    const change = changeBetween(viewOf(), after);
    // Bay 6 says how many seconds ago it was told less.
    expect(change.connectors?.map(c => c.name)).toEqual(['Bay 6']);
    expect(after.connectors[0]?.leaseMs).toBe(159_000);
  });
});
