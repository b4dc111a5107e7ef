/** Which of a charger's samples a back office is sent. */
import { describe, expect, it } from 'vitest';
import type { Measurand, MeterSample, SampledValue } from '#site/report.ts';
import { type Offer, offerOf, type SentSamples, thinned, type WantedSamples } from '#site/sample-thinning.ts';
import { Desk } from './site.ts';

const T0 = Date.parse('2026-03-20T12:00:00Z');
const ALL: readonly Measurand[] = [
  'Energy.Active.Import.Register',
  'Current.Import',
  'Power.Active.Import',
  'Current.Offered',
  'Power.Offered',
];
const minutely: WantedSamples = { intervalMs: 60_000, measurands: ALL };
const none: SentSamples = { lastWallMs: null, registerWh: 1_000 };
const nineAmps: Offer = { currentA: 9, powerW: 6_210, sinceWallMs: T0 };

const value = (measurand: Measurand, its: number, phase: SampledValue['phase'] = null): SampledValue => ({
  measurand,
  phase,
  value: its,
  location: 'Outlet',
});
const register = (wh: number) => value('Energy.Active.Import.Register', wh);
const sample = (s: number, values: readonly SampledValue[], context = 'Sample.Periodic'): MeterSample => ({
  atWallMs: T0 + s * 1000,
  context,
  values,
});
/** Seconds of the samples that were chosen. */
const seconds = (samples: readonly MeterSample[]) => samples.map(({ atWallMs }) => (atWallMs - T0) / 1000);
const registers = (samples: readonly MeterSample[]) =>
  samples.flatMap(({ values }) =>
    values.filter(v => v.measurand === 'Energy.Active.Import.Register').map(v => v.value),
  );

describe('signed samples', () => {
  const words = { context: 'Sample.Periodic', measurand: null, phase: null, location: null, unit: null };
  const signed = (s: number): MeterSample => ({
    ...sample(s, [register(1_000 + s), value('Voltage', 230)]),
    signed: [{ data: `OCMF|${s}`, ...words }],
  });

  it('go up at the pace in which they come, and the numbers beside them once each interval', () => {
    const { samples, sent } = thinned([0, 10, 20, 60].map(signed), minutely, none, null);
    expect(samples.map(its => its.signed?.[0]?.data)).toEqual(['OCMF|0', 'OCMF|10', 'OCMF|20', 'OCMF|60']);
    expect(samples.map(({ values }) => values.map(its => its.value))).toEqual([[1_000], [], [], [1_060]]);
    expect(sent).toEqual({ lastWallMs: T0 + 60_000, registerWh: 1_060 });
  });

  it('go up where no samples are wanted, and where nothing else was said', () => {
    const bare = { ...signed(5), values: [] };
    const { samples } = thinned([bare], { intervalMs: 0, measurands: [] }, none, nineAmps);
    expect(samples).toEqual([bare]);
  });
});

describe('of the samples between beginning and end', () => {
  it('one goes up each interval, whatever pace the charger has', () => {
    let sent = none;
    const up: MeterSample[] = [];
    for (let s = 0; s <= 600; s += 7) {
      const done = thinned([sample(s, [register(1_000 + s)])], minutely, sent, nineAmps);
      up.push(...done.samples);
      sent = done.sent;
    }
    const gaps = seconds(up)
      .slice(1)
      .map((s, i) => s - (seconds(up)[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(59);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(66);
    expect(up).toHaveLength(10);
  });

  it.each([
    ['a clock that ticks a little fast still gives one a minute', [0, 59.5, 119], [0, 59.5, 119]],
    ['a backlog in one message is thinned like any other', [0, 10, 20, 30, 40, 50, 60, 70, 120, 130], [0, 60, 120]],
    ['they leave in order of time, however they came', [120, 0, 60], [0, 60, 120]],
    ['two of one instant are one', [0, 0, 60], [0, 60]],
  ])('%s', (_what, given, chosen) => {
    expect(
      seconds(
        thinned(
          given.map(s => sample(s, [register(2_000)])),
          minutely,
          none,
          null,
        ).samples,
      ),
    ).toEqual(chosen);
  });

  it('one that is a little older than the last is late, one that is much older has a clock that was set back', () => {
    const sent = { ...none, lastWallMs: T0 + 600_000 };
    expect(seconds(thinned([sample(590, [register(2_000)])], minutely, sent, null).samples)).toEqual([]);
    const back = thinned([sample(0, [register(2_000)])], minutely, sent, null);
    expect([seconds(back.samples), back.sent.lastWallMs]).toEqual([[0], T0]);
  });

  it('none goes up where the back office wants none (3.16.1)', () => {
    expect(thinned([sample(0, [register(2_000)])], { ...minutely, intervalMs: 0 }, none, nineAmps)).toEqual({
      samples: [],
      sent: none,
    });
  });

  it('only what was asked for is in them, and a sample without any of it is none', () => {
    const energy: WantedSamples = { intervalMs: 60_000, measurands: ['Energy.Active.Import.Register'] };
    const mixed = sample(0, [register(2_000), value('Voltage', 231, 'L1'), value('SoC', 55)]);
    const done = thinned([mixed, sample(60, [value('SoC', 56)])], energy, none, nineAmps);
    expect(done.samples).toEqual([sample(0, [register(2_000)])]);
    expect(done.sent.lastWallMs, 'the next with energy in it need not wait').toBe(T0);
  });
});

describe('registers never run back', () => {
  it('neither from one sample to the next nor below the start of the session', () => {
    const given = [999, 1_200, 1_100, 1_300].map((wh, i) => sample(i * 60, [register(wh), value('Current.Import', 9)]));
    const done = thinned(given, minutely, none, null);
    expect(seconds(done.samples)).toEqual([0, 60, 120, 180]);
    expect(registers(done.samples)).toEqual([1_200, 1_300]);
    expect(done.sent.registerWh).toBe(1_300);
    expect(registers(thinned([sample(240, [register(1_250)])], minutely, done.sent, null).samples)).toEqual([]);
  });

  it('and a phase’s own register, which is lower than the sum, may stay', () => {
    const phase = value('Energy.Active.Import.Register', 400, 'L1');
    const done = thinned([sample(0, [register(1_200), phase])], minutely, none, null);
    expect(done.samples[0]?.values).toEqual([register(1_200), phase]);
    expect(done.sent.registerWh).toBe(1_200);
  });
});

describe('what begins or ends a session', () => {
  const evidence = [
    sample(0, [register(1_000), value('SoC', 20)], 'Transaction.Begin'),
    sample(5, [register(1_001)]),
    sample(30, [register(900), value('Voltage', 230, 'L1')], 'Transaction.End'),
  ];

  it('goes up always and whole, even a register that ran back', () => {
    const wanted: WantedSamples = { intervalMs: 0, measurands: [] };
    expect(thinned(evidence, wanted, none, nineAmps).samples).toEqual([evidence[0], evidence[2]]);
  });

  it('does not make the samples between wait', () => {
    expect(seconds(thinned(evidence, minutely, none, null).samples)).toEqual([0, 5, 30]);
  });

  it('keeps what the charger itself says of its offer', () => {
    const own = sample(0, [value('Current.Offered', 32)], 'Transaction.Begin');
    expect(thinned([own], minutely, none, nineAmps).samples[0]?.values).toEqual([
      value('Current.Offered', 32),
      value('Power.Offered', 6_210),
    ]);
  });
});

describe('the grant in force', () => {
  it('is the offer of every sample, in the place of what the charger believes', () => {
    const given = sample(0, [register(1_000), value('Current.Offered', 32), value('Power.Offered', 22_000)]);
    expect(thinned([given], minutely, none, nineAmps).samples[0]?.values).toEqual([
      register(1_000),
      value('Current.Offered', 9),
      value('Power.Offered', 6_210),
    ]);
  });

  it('is not told of a sample that is older than the grant', () => {
    const given = [-60, 0].map(s => sample(s, [register(1_000)]));
    const offers = thinned(given, minutely, none, nineAmps).samples.map(({ values }) => values.length);
    expect(offers).toEqual([1, 3]);
  });

  it('is what the charger acknowledged last, since it last changed', () => {
    const desk = new Desk({ bays: [{}, { phases: [1] }], limits: [{ limitA: 25 }] });
    const specs = desk.state.topology.connectors;
    const [three, one] = [specs[0], specs[1]];
    if (three === undefined || one === undefined) throw new Error('two bays');
    const offer = (spec: typeof three) => offerOf(desk.state, spec, { nowMs: desk.atMs, wallMs: T0 + desk.atMs });
    expect(offer(three)).toBeNull();
    for (const bay of [0, 1]) {
      desk.connect(bay);
      desk.status(bay, 'Available');
    }
    for (let s = 0; s < 60; s++) {
      desk.atMs += 1_000;
      desk.meter(0);
      if (s === 5) for (const bay of [0, 1]) desk.start(bay);
      if (s > 5 && s % 5 === 0) for (const bay of [0, 1]) desk.draws(bay, 0);
      desk.settleAll(desk.pass().commands);
    }
    expect(desk.limitsA()).toEqual([12, 12]);
    expect(offer(three)).toMatchObject({ currentA: 12, powerW: 8_280 });
    expect(offer(one)).toMatchObject({ currentA: 12, powerW: 2_760 });
    const since = (offer(three)?.sinceWallMs ?? 0) - T0;
    expect(since).toBe(desk.state.connectors[0]?.ledger.changedAtMs);
    expect(since).toBeGreaterThan(0);
  });
});
