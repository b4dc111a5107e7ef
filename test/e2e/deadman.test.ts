/** Dead-man tests in the simulated world: the whole gateway, its wires, a car, a meter and a building. */
import { afterEach, describe, expect, it } from 'vitest';
import { BRANDS } from '#sim/habits.ts';
import type { Story, StoryCharger } from '#sim/story.ts';
import { story } from '#sim/story.ts';
import type { Leg } from '#site/deadman/test.ts';

/** Which make does not matter: a firmware that no profile knows makes the class unknown. */
const UNKNOWN_FIRMWARE = '9.9.0';

const garage = (chargers: readonly StoryCharger[], fuseA = 63) =>
  story({ circuits: [{ id: 'main', fuseA, designLoadA: 10, baseA: 5 }], chargers });

const chargerOf = (site: Story, identity: string) => {
  const index = site.gateway.state().topology.chargers.findIndex(charger => charger.identity === identity);
  const charger = site.gateway.state().chargers[index];
  if (charger === undefined) throw new Error(`no charger ${identity}`);
  return charger;
};

const SHIPPED_FIRMWARE = BRANDS.map(({ firmware }) => firmware);
afterEach(() => {
  for (const [index, brand] of BRANDS.entries()) Object.assign(brand, { firmware: SHIPPED_FIRMWARE[index] });
});

/** Every charger of the make takes over another firmware: it restarts, and says so. */
async function flash(site: Story, firmware: string): Promise<void> {
  for (const { station } of site.site.posts) {
    Object.assign(station.plan.brand, { firmware });
    station.reboot(10_000);
  }
  await site.run('3 min');
}

/** A site whose chargers have a firmware that no profile knows, and a car on each. */
async function unknownSite(chargers: readonly StoryCharger[], fuseA?: number): Promise<Story> {
  const site = await garage(chargers, fuseA);
  await flash(site, UNKNOWN_FIRMWARE);
  for (const { plan } of site.site.posts) site.plug(plan.identity);
  await site.run('4 min');
  return site;
}

type Legs = readonly Leg[] | null;

/** Runs one test to its end, and what came of it. */
async function tested(site: Story, identity: string, legs: Legs = null) {
  const id = begin(site, identity, legs);
  const find = () => site.gateway.deadman.shown().ended.find(({ test }) => test.id === id);
  for (let seconds = 0; find() === undefined && seconds < 900; seconds++) await site.run('1 s');
  const ended = find();
  if (ended === undefined) throw new Error('the test never ended');
  return { ...ended, words: ended.test.done.map(({ words }) => words) };
}

const begin = (site: Story, identity: string, legs: Legs = null): string => {
  const begun = site.gateway.deadman.begin({ identity, connectorId: null, legs });
  if (!begun.ok) throw new Error(begun.problems.map(problem => problem.message).join('; '));
  return begun.value.id;
};

describe('a polite charger of an unknown firmware', () => {
  it('is shown to be class A, with phases and ratio, and a new firmware voids that', async () => {
    const site = await unknownSite([{}]);
    expect(chargerOf(site, 'CP1').traits.leaseClass).toBe('unknown');
    const { verdict, words, test } = await tested(site, 'CP1');
    expect(words[0]).toMatch(/^Fell to 6 A by itself after 2\d s\.$/);
    expect(test.done.map(({ leg, result }) => [leg, result])).toEqual([
      ['lease', 'fell'],
      ['cut', 'fell'],
      ['reboot', 'fell'],
    ]);
    expect(verdict.leaseClass).toBe('A');
    expect(verdict.found?.own).toEqual([0, 1, 2]);
    expect(verdict.found?.meter).toMatchObject({ kind: 'measured', direction: 'forward', good: true });
    expect(verdict.found?.wiring).toMatchObject({ grid: [0, 1, 2], agrees: true });
    expect(chargerOf(site, 'CP1').traits.leaseClass).toBe('A');
    expect(site.gateway.state().tests).toEqual([]);
    await site.run('3 min');
    expect(site.drawA('CP1')).toBe(32);
    await flash(site, '9.9.1');
    expect(chargerOf(site, 'CP1')).toMatchObject({ firmware: '9.9.1', traits: { leaseClass: 'unknown' } });
    await flash(site, UNKNOWN_FIRMWARE);
    expect(chargerOf(site, 'CP1').traits.leaseClass).toBe('A');
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('with a car on one phase shows which grid phase its L1 is', async () => {
    const site = await garage([{ rotation: 'STR' }]);
    site.plug('CP1', { phases: 1 });
    await site.run('4 min');
    const { verdict } = await tested(site, 'CP1', ['lease']);
    expect(verdict.found?.wiring).toEqual({ grid: [1], known: [1, null, null], agrees: true });
    await site.close();
  });

  it('is tested beside another as the fuse allows, and the next of its kind is neither cut nor reset', async () => {
    const site = await unknownSite([{}, {}], 80);
    const ids = [begin(site, 'CP1'), begin(site, 'CP2')];
    await site.run('15 min');
    const ended = site.gateway.deadman.shown().ended.filter(({ test }) => ids.includes(test.id));
    expect(ended.map(({ verdict }) => verdict.leaseClass)).toEqual(['A', 'A']);
    const { test, verdict } = await tested(site, 'CP2');
    expect(test.legs).toEqual(['lease']);
    expect(verdict.leaseClass).toBe('A');
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('is not raised where the fuse could not bear its rating, and says so', async () => {
    const site = await unknownSite([{}, {}], 63);
    const { verdict, words } = await tested(site, 'CP1');
    expect(words).toEqual(['The fuse never had room for the raise; try when fewer cars charge.']);
    expect(verdict.leaseClass).toBeNull();
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('gives a class but no ratio when the building moves with the car', async () => {
    const site = await unknownSite([{}]);
    begin(site, 'CP1');
    const raisedAt = () => site.gateway.state().tests[0]?.trail.raise?.sentAtMs ?? null;
    for (let seconds = 0; raisedAt() === null && seconds < 90; seconds++) await site.run('1 s');
    await site.run('3 s');
    site.step('main', [4, 0, 0]);
    await site.run('2 min');
    const found = site.gateway.state().tests[0]?.found ?? site.gateway.deadman.shown().ended[0]?.verdict.found;
    expect(found?.meter).toMatchObject({
      kind: 'unclear',
      why: expect.stringMatching(/^The building or another car moved/),
    });
    await site.run('12 min');
    expect(site.gateway.deadman.shown().ended[0]?.verdict.leaseClass).toBe('A');
    await site.close();
  });

  it('is like any other again when the test is cancelled, even with its socket cut', async () => {
    const site = await unknownSite([{}]);
    const id = begin(site, 'CP1');
    for (let seconds = 0; site.gateway.state().tests[0]?.step !== 'down' && seconds < 300; seconds++)
      await site.run('1 s');
    expect(chargerOf(site, 'CP1').link).toBe('offline');
    expect(site.gateway.deadman.cancel(id)).toBe(true);
    await site.run('4 min');
    expect(chargerOf(site, 'CP1').link).toBe('online');
    expect(site.drawA('CP1')).toBe(32);
    expect(site.gateway.deadman.shown().results.models).toEqual([]);
    await site.close();
  });
});

describe('a charger that forgets its limits when it restarts', () => {
  it('falls by itself, but not after a reset: class B', async () => {
    const site = await garage([{ habit: 'forgetful' }]);
    site.plug('CP1');
    await site.run('4 min');
    const { verdict, words } = await tested(site, 'CP1');
    expect(verdict.leaseClass).toBe('B');
    expect(words[2]).toMatch(/^Came back at \d+ A, above its fallback current of 6 A\.$/);
    await site.run('3 min');
    expect(site.account()).toMatchObject({ violations: [] });
    await site.close();
  });
});

describe('a charger that ignores what it is told', () => {
  it('and says that it obeys is class C, whatever its profile says', async () => {
    const site = await garage([{ habit: 'liar' }]);
    site.plug('CP1');
    await site.run('4 min');
    expect(chargerOf(site, 'CP1').traits.leaseClass).toBe('A');
    const { verdict, words } = await tested(site, 'CP1');
    expect(verdict.leaseClass).toBe('C');
    expect(words).toEqual(['Draws 32 A though it was told 6 A: it follows no limit.']);
    expect(chargerOf(site, 'CP1').traits.leaseClass).toBe('C');
    await site.close();
  });
});
