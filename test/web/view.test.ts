import { describe, expect, it } from 'vitest';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import type { GateView } from '#site/gate/view.ts';
import type { OutsideLimit, SiteState } from '#site/state.ts';
import { changeBetween, withChange } from '#web/changes.ts';
import { phasesInUse } from '#web/reach.ts';
import { siteView, type ViewInput } from '#web/view.ts';
import { garage, garageGate, garageState, NOW_MS, NOW_WALL_MS } from './garage.ts';

const calm: ViewInput = {
  state: garageState(),
  gate: garageGate(),
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
const viewOf = (changed: Partial<ViewInput> = {}) => siteView({ ...calm, ...changed });

const outside = (changed: Partial<OutsideLimit>): OutsideLimit => ({
  source: 'ems',
  circuit: 0,
  limitMa: [NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA],
  limitW: null,
  evOnly: false,
  validUntilMs: null,
  validUntilWallMs: null,
  failSafeMa: null,
  setAtMs: NOW_MS,
  ...changed,
});

/** The gate's figures with those of the main circuit exchanged. */
function gateWithMain(changed: Partial<GateView['circuits'][number]>): GateView {
  const gate = garageGate();
  return { ...gate, circuits: gate.circuits.map((circuit, i) => (i === 0 ? { ...circuit, ...changed } : circuit)) };
}

const withLimits = (...outsideLimits: OutsideLimit[]): SiteState => ({ ...garageState(), outsideLimits });

describe('the site as JSON', () => {
  it('says that sessions cannot be written down, since when and why, and asks for attention', () => {
    expect(viewOf().limitsOnly).toBeNull();
    const limitsOnly = { sinceMs: NOW_MS - 1000, why: 'disk full' };
    const view = viewOf({ state: { ...garageState(), limitsOnly } });
    expect(view.limitsOnly).toMatchObject({ since: new Date(NOW_WALL_MS - 1000).toISOString(), why: 'disk full' });
    expect(view.limitsOnly?.words).toContain('Limits are kept, but sessions cannot be written down (disk full)');
    expect(view.status.level).toBe('attention');
    expect(view.ready, 'it is under control').toBe(true);
  });

  it('has every field that the contract names', () => {
    const view = viewOf();
    const keys = (of: object | undefined) => Object.keys(of ?? {});
    expect(keys(view)).toEqual(
      expect.arrayContaining('at clock ready circuits connectors meters limits upstream loop'.split(' ')),
    );
    expect(keys(view.circuits[0])).toEqual(
      expect.arrayContaining(
        'id parent hardLimitA limitA limitW loadA loadW loadSource headroomA headroomW'.split(' '),
      ),
    );
    expect(keys(view.connectors[0])).toEqual(
      expect.arrayContaining(
        'charger evseId connectorId upstreamId name status control phases targetA grantA fallbackA exposureA leaseMs drawA powerW sessionWh since reason'.split(
          ' ',
        ),
      ),
    );
    expect(keys(view.connectors[0]?.reason)).toEqual(['source', 'id', 'phase', 'text']);
    expect(keys(view.meters[0])).toEqual(expect.arrayContaining('id role ageMs quality'.split(' ')));
    expect(keys(view.limits[0])).toEqual(
      expect.arrayContaining('source circuit kind limitA limitW validUntil'.split(' ')),
    );
    expect(keys(view.loop)).toEqual(
      expect.arrayContaining('passes lastPassMs p99PassMs p99ReactionMs blockedReductions'.split(' ')),
    );
  });

  it('tells a connector in amperes, with its reason on a phase and its session', () => {
    expect(viewOf().connectors[0]).toMatchObject({
      charger: 'CP01',
      name: 'Bay 1',
      circuit: 'row-a',
      status: 'Charging',
      control: 'controlled',
      phases: [1, 2, 3],
      targetA: 6.8,
      grantA: 6.8,
      fallbackA: 6,
      exposureA: 6.8,
      drawA: { l1: 6.7, l2: 6.7, l3: 6.7 },
      drawAt: '2026-01-15T14:59:59.000Z',
      sessionWh: 4200,
      since: '2026-01-15T14:30:00.000Z',
      reason: { source: 'fuse', id: 'row-a', phase: 'l2' },
      why: '6.8 A: Row A, L2 is full.',
    });
  });

  it('says which limit leaves no room for the minimum of a car, with its figure', () => {
    const [paused, raised] = [6, 21].map(bay => viewOf().connectors[bay]);
    expect(paused?.reason).toMatchObject({ source: 'minimum', id: 'main', limit: 'contract' });
    expect(paused?.why).toBe("Paused: all of the contract's 80 kW is shared out, and the car needs at least 6 A.");
    expect(raised?.reason).toMatchObject({ source: 'transit', limit: 'contract' });
    const other = viewOf({ state: withLimits(outside({ limitW: 30_000 })), gate: gateWithMain({ limitW: 30_000 }) });
    expect(other.connectors[6]?.why).toContain('all of the contract is shared out');
  });

  it('calls the building assumed until its meter is believed', () => {
    const state = garageState();
    expect(viewOf().circuits[0]).toMatchObject({ buildingSource: 'meter', buildingW: 6992 });
    expect(viewOf({ gate: gateWithMain({ loadSource: 'sum' }) }).circuits[0]?.buildingSource).toBe('assumed');
    const backgrounds = state.backgrounds.map(known => (known === null ? null : { ...known, heldMa: null }));
    expect(viewOf({ state: { ...state, backgrounds } }).circuits[0]?.buildingSource).toBe('assumed');
  });

  it('shows below a meterless circuit only the phases on which something can flow', () => {
    const { topology } = garageState();
    const onL2 = topology.connectors.map(spec => (spec.path[0] === 3 ? { ...spec, phases: [1] as const } : spec));
    const state = { ...garageState(), topology: { ...topology, connectors: onL2 } };
    const gate = garageGate();
    const circuits = gate.circuits.map((c, i) => (i === 3 ? { ...c, loadMa: [0, 6000, 0] as const } : c));
    const view = viewOf({ state, gate: { ...gate, circuits } });
    expect(view.circuits.map(circuit => phasesInUse(view, circuit))).toEqual([
      ['l1', 'l2', 'l3'],
      ['l1', 'l2', 'l3'],
      ['l1', 'l2', 'l3'],
      ['l2'],
    ]);
  });

  it('knows no phase that the supply does not have, and no limit that does not stand', () => {
    const state: SiteState = { ...garageState(), topology: { ...garage, supplyPhases: 1 } };
    const none: Triple = [NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA];
    const main = viewOf({ state, gate: gateWithMain({ limitMa: none, headroomMa: [5, 5, 5] }) }).circuits[0];
    expect(main).toMatchObject({
      loadA: { l2: null, l3: null },
      hardLimitA: { l1: 160, l2: null, l3: null },
      limitA: { l1: null, l2: null, l3: null },
      headroomA: { l1: null, l2: null, l3: null },
      limitBy: { l1: null, l2: null, l3: null },
    });
  });

  it('says who set the lowest limit on each phase and on the power', () => {
    const state = withLimits(
      outside({ limitMa: [NO_LIMIT_MA, 50_000, NO_LIMIT_MA], limitW: 30_000 }),
      outside({ source: 'cap', limitMa: [40_000, 60_000, NO_LIMIT_MA] }),
    );
    const gate = gateWithMain({ limitMa: [40_000, 50_000, 160_000], limitW: 30_000 });
    const main = viewOf({ state, gate }).circuits[0];
    expect(main).toMatchObject({ limitBy: { l1: 'cap', l2: 'ems', l3: 'fuse' }, limitWBy: 'ems' });
  });

  it('names a fail-safe value after its source, and one for a silent meter after the meter', () => {
    const ended = outside({
      limitMa: [50_000, 50_000, 50_000],
      validUntilMs: NOW_MS,
      failSafeMa: [10_000, 10_000, 10_000],
    });
    const gate = gateWithMain({ limitMa: [10_000, 10_000, 20_000] });
    const view = viewOf({ state: withLimits(ended), gate });
    expect(view.circuits[0]?.limitBy).toEqual({ l1: 'ems', l2: 'ems', l3: 'meter' });
    expect(view.limits.at(-1)).toMatchObject({ source: 'ems', failSafe: true, failSafeA: 10, limitA: 50 });
  });

  it('lists a limit until its end and no longer', () => {
    const until = { validUntilMs: NOW_MS + 1, validUntilWallMs: NOW_WALL_MS + 1, limitW: 5000 };
    const state = withLimits(outside(until));
    expect(viewOf({ state }).limits.at(-1)).toEqual({
      source: 'ems',
      circuit: 'main',
      kind: 'live',
      limitA: null,
      limitW: 5000,
      evOnly: false,
      validUntil: '2026-01-15T15:00:00.001Z',
      failSafeA: null,
      failSafe: false,
    });
    expect(viewOf({ state, nowMs: NOW_MS + 1 }).limits.map(limit => limit.source)).not.toContain('ems');
  });
});

describe('the sentence at the top', () => {
  it('is calm while every charger is under control and every limit holds', () => {
    expect(viewOf().status).toEqual({
      level: 'calm',
      control: 'All 34 chargers under control.',
      load: expect.stringMatching(/^Main fuse 160 A: 10\d A used on L2\. Contract 80 kW: 6\d(\.\d)? kW used\.$/),
    });
  });

  it('names the chargers that do not obey, and is alarmed', () => {
    const status = viewOf({ state: garageState('troubled'), gate: garageGate('troubled') }).status;
    expect(status.level).toBe('alarm');
    expect(status.control).toBe('32 of 34 chargers under control; Bay 18 on its own, Bay 14 offline.');
  });

  it('is alarmed by a phase above its limit, and asks for attention when a meter is silent', () => {
    expect(viewOf({ gate: gateWithMain({ loadMa: [161_000, 0, 0] }) }).status.level).toBe('alarm');
    const meters = garageState().meters.map(meter => ({ ...meter, quality: 'stale' as const }));
    expect(viewOf({ state: { ...garageState(), meters } }).status.level).toBe('attention');
    expect(viewOf({ notReady: ['No pass yet.'] }).status.level).toBe('attention');
  });
});

describe('a change of the site', () => {
  it('carries only what changed, and turns the old view into the new one', () => {
    const before = viewOf();
    const after = viewOf({
      state: garageState('troubled'),
      gate: garageGate('troubled'),
      notReady: ['A meter is silent.'],
      nowWallMs: NOW_WALL_MS + 1000,
    });
    const change = changeBetween(before, after);
    expect(change.connectors?.map(c => c.name)).toEqual(['Bay 14', 'Bay 18', 'Bay 23']);
    expect(change.circuits?.map(c => c.id)).toEqual(['main', 'row-b']);
    expect(change).not.toHaveProperty('limits');
    expect(withChange(before, change)).toEqual(after);
  });

  it('is only the time when nothing else moved', () => {
    const after = viewOf({ nowWallMs: NOW_WALL_MS + 1000 });
    expect(changeBetween(viewOf(), after)).toEqual({ at: after.at });
  });

  it('takes chargers at the door and limits as whole lists', () => {
    const refused = [
      { identity: 'CP99', address: '10.0.0.9', cause: 'Not configured.', lastAtWallMs: NOW_WALL_MS - 1000 },
    ];
    const after = viewOf({ refused });
    const change = changeBetween(viewOf(), after);
    expect(change.refused).toEqual(after.refused);
    expect(withChange(after, changeBetween(after, viewOf())).refused).toEqual([]);
  });
});
