/** What a person may break in the demo, on the virtual clock: it ends as its sentence says, by the world's truth. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PlannedOffice } from '#sim/site-plan.ts';
import { type Story, story } from '#sim/story.ts';
import { TroubleDesk } from '#sim/trouble/desk.ts';
import { ledgerOf, NOTHING_WRONG } from '../scenarios/office.ts';
import { made, numberIn, stageOf, viewOf, whyNot } from './trouble-kit.ts';

let site: Story;
/** A gateway that was killed closes nothing any more. */
afterEach(async () => {
  if (site.life === null) await site.close();
});

type Garage = { readonly mortal?: boolean; readonly cars?: number; readonly upstream?: PlannedOffice };

/** A garage under a fuse of 63 A with a car on each of four chargers, and time for them to share it. */
async function garage(plan: Garage = {}): Promise<void> {
  site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 38, baseA: 5 }],
    chargers: [{}, { rotation: 'STR' }, { rotation: 'TRS' }, {}],
    leaseTtlS: 60,
    mortal: plan.mortal ?? false,
    ...(plan.upstream === undefined ? {} : { upstream: plan.upstream }),
  });
  for (let car = 1; car <= (plan.cars ?? 4); car++) site.plug(`CP${car}`);
  await site.run('4 min');
}

describe('trouble in the demo', () => {
  it('a large load of the building: the cars give way in time, and the worst is told', async () => {
    await garage();
    const before = site.flowA('main')[1];
    const { sentence, well, elapsedMs, desk, told } = await made(site, 'building-step');
    expect(sentence).toMatch(
      /^Building \+30 A on L2: told after \d+\.\d s, cars gave way in \d+\.\d s, worst \d+\.\d of 63 A\.$/,
    );
    expect(well).toBe(true);
    expect(told).toEqual([sentence]);
    expect(numberIn(sentence, 4)).toBeCloseTo(before + 30, 1);
    expect(numberIn(sentence, 3)).toBeLessThan(11);
    expect(elapsedMs).toBeGreaterThanOrEqual(1000 * numberIn(sentence, 3) + 3000);
    expect(site.flowA('main')[1]).toBeLessThanOrEqual(63);
    expect(desk.end('building-step')).toBe(true);
    await site.run('5 min');
    expect(site.flowA('main')[1]).toBeCloseTo(before, -1);
  });

  it('a large load beside few cars passes no limit, and the sentence says so', async () => {
    await garage({ cars: 0 });
    const { sentence, well } = await made(site, 'building-step');
    expect(sentence).toMatch(/^Building \+33 A on every phase: no limit was passed, worst 38\.0 of 63 A\.$/);
    expect(well).toBe(true);
  });

  it('a silent meter: the cars go down until the building at its worst fits beside them', async () => {
    await garage();
    const { sentence, well, desk } = await made(site, 'silence-meter');
    expect(sentence).toMatch(/^Meter silent: safe after \d+\.\d s\.$/);
    expect(numberIn(sentence, 0)).toBeGreaterThan(3);
    expect(well).toBe(true);
    for (const ampere of site.flowA('main')) expect(ampere - 5 + 38).toBeLessThanOrEqual(63);
    expect(desk.end('silence-meter')).toBe(true);
    await site.run('5 min');
    expect(site.flowA('main')[0]).toBeGreaterThan(50);
  });

  it('a charger that lies: it takes all its car can, and the others make room', async () => {
    await garage();
    const { sentence, well, desk } = await made(site, 'lying-charger');
    expect(sentence).toMatch(
      /^CP\d takes 32 A and says \d+(\.\d)? A: the others made room, [\d.]+ s above a limit, worst [\d.]+ of 63 A\.$/,
    );
    expect(well).toBe(true);
    for (const ampere of site.flowA('main')) expect(ampere).toBeLessThanOrEqual(63);
    expect(desk.end('lying-charger')).toBe(true);
    await site.run('1 min');
    expect(viewOf(desk, 'lying-charger').state).toBe('over');
  });

  it('a back office that is cut off while cars come and go: every session arrives there once', async () => {
    await garage({ cars: 2, upstream: { whoMayCharge: 'everyone' } });
    const { sentence, well, desk } = await made(site, 'cut-upstream');
    expect(sentence).toBe('Back office cut: 4 sessions here, 4 there, 0 missing, 0 double.');
    expect(well).toBe(true);
    expect(viewOf(desk, 'cut-upstream').state).toBe('over');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  });

  it('a back office that never comes back is told as sessions missing', async () => {
    await garage({ cars: 2, upstream: { whoMayCharge: 'everyone' } });
    if (site.site.office !== null) Object.assign(site.site.office, { back() {} });
    const { sentence, well } = await made(site, 'cut-upstream');
    expect(sentence).toBe('Back office cut: 4 sessions here, 0 there, 4 missing, 0 double.');
    expect(well).toBe(false);
  });

  it('a pulled network cable: the car falls back by itself in time, and returns', async () => {
    await garage();
    const { sentence, well, desk } = await made(site, 'pull-charger');
    expect(sentence).toMatch(/^CP\d off the network: fell from [\d.]+ A to [\d.]+ A by itself after [\d.]+ s\.$/);
    expect(well).toBe(true);
    const identity = sentence?.slice(0, 3) ?? '';
    expect(site.drawA(identity)).toBeLessThanOrEqual(6);
    expect(desk.end('pull-charger')).toBe(true);
    await site.run('3 min');
    expect(site.drawA(identity)).toBeGreaterThan(6);
  });

  it('Busbar killed: every car is at its fallback in time, and stays there', async () => {
    await garage({ mortal: true });
    const { sentence, well, desk } = await made(site, 'kill');
    expect(sentence).toMatch(/^Busbar killed: all 4 cars at their fallback after [\d.]+ s\.$/);
    expect(numberIn(sentence, 1)).toBeLessThanOrEqual(80);
    expect(well).toBe(true);
    await site.run('5 min');
    for (const identity of ['CP1', 'CP2', 'CP3', 'CP4']) expect(site.drawA(identity)).toBeLessThanOrEqual(6);
    expect(viewOf(desk, 'kill').state).toBe('over');
  });

  it('is one at a time: a second one is refused in words, until the first has ended', async () => {
    await garage();
    const desk = new TroubleDesk(stageOf(site));
    expect(desk.begin('silence-meter')).toEqual({ ok: true });
    expect(whyNot(desk.begin('building-step'))).toBe('"Silence the meter" still runs: let it end, or take it back.');
    expect(desk.end('building-step')).toBe(false);
    expect(desk.end('silence-meter')).toBe(true);
    expect(viewOf(desk, 'silence-meter')).toMatchObject({
      state: 'over',
      sentence: 'Taken back before its end.',
      well: null,
    });
    expect(desk.begin('building-step')).toEqual({ ok: true });
    while (viewOf(desk, 'building-step').state === 'running') await site.run('1 s');
    const stepped = site.site.truth.background(0)[1];
    expect(desk.begin('pull-charger')).toEqual({ ok: true });
    expect(site.site.truth.background(0)[1]).toBeLessThan(stepped);
  });

  it('is taken back by itself once its sentence has stood for a while', async () => {
    await garage();
    const before = site.site.truth.background(0)[1];
    const { desk } = await made(site, 'building-step');
    expect(viewOf(desk, 'building-step').state).toBe('stands');
    await site.run('25 s');
    expect(viewOf(desk, 'building-step').state).toBe('over');
    expect(site.site.truth.background(0)[1]).toBe(before);
  });

  it('is refused in words where there is nothing to break', async () => {
    await garage({ cars: 0 });
    const desk = new TroubleDesk(stageOf(site));
    expect(whyNot(desk.begin('cut-upstream'))).toBe('This site has no back office.');
    expect(whyNot(desk.begin('lying-charger'))).toMatch(/^No car is held back/);
    expect(whyNot(desk.begin('pull-charger'))).toMatch(/^No car draws more than its fallback/);
    expect(whyNot(desk.begin('kill'))).toBe('No car charges just now.');
  });
});
