import { afterEach, describe, expect, it } from 'vitest';
import type { Triple } from '#base/units.ts';
import type { GateView } from '#site/gate/view.ts';
import type { SiteState } from '#site/state.ts';
import type { WebHandle } from '#web/web.ts';
import { fileBrowser, openPage, picture } from '../web/browser.ts';
import { poorContrasts } from '../web/contrast.ts';
import { garageGate, garageState, NOW_MS, NOW_WALL_MS } from '../web/garage.ts';
import { depsOf, type Handed, handClock, handed, opened, runningClock } from '../web/open-garage.ts';

const PHONE = { width: 360, height: 800 };
const DESK = { width: 1440, height: 900 };

const browser = fileBrowser();
let web: WebHandle | null = null;
afterEach(async () => {
  await web?.close();
  web = null;
});

async function open(parts: Handed, port = 0): Promise<string> {
  web = await opened(depsOf(parts, runningClock()), { port });
  return `http://127.0.0.1:${web.port}/`;
}

const withTarget = (state: SiteState, bay: number, targetMa: number): SiteState => ({
  ...state,
  targets: state.targets.map((target, i) => (i === bay ? { ...target, targetMa } : target)),
});

/** The building swings, and the cars give way to it. */
function swinging(s: number): GateView {
  const gate = garageGate();
  const stepMa = 9000 * Math.sin(s / 60) + (s % 200 > 120 ? 8000 : 0);
  const [main, ...rest] = gate.circuits;
  if (main === undefined) return gate;
  const loadW = main.loadW + Math.round((stepMa * 230) / 1000);
  return {
    ...gate,
    circuits: [{ ...main, loadW, evMa: main.evMa.map(ma => ma - stepMa / 2) as unknown as Triple }, ...rest],
  };
}

describe('the page of a garage with 34 bays', () => {
  it.each([
    ['phone', PHONE],
    ['desk', DESK],
    ['phone-dark', { ...PHONE, dark: true }],
    ['desk-dark', { ...DESK, dark: true }],
  ])('shows every bay, asks nobody else and fits: %s', async (name, look) => {
    const { page, foreign, errors } = await openPage(browser(), await open(handed()), look);
    await picture(page, `${name}-top`, false);
    expect(await page.locator('[data-connector]').count()).toBe(34);
    expect(await page.locator('h1').textContent()).toBe('All 34 chargers under control.');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, name);
    await page.evaluate(() => document.querySelector('#sockets-title')?.scrollIntoView());
    await picture(page, `${name}-sockets`, false);
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says of each bay in one sentence why it has what it has', async () => {
    const { page } = await openPage(browser(), await open(handed('troubled')), DESK);
    const why = (charger: string) => page.locator(`[data-connector="${charger}/1"] .why`).textContent();
    expect(await why('CP01')).toBe('6.8 A: Row A, L2 is full.');
    expect(await why('CP03')).toBe('May draw 16 A, takes 7.2 A: its own limit.');
    expect(await why('CP28')).toBe("6.1 A: its share of the contract's 80 kW.");
    expect(await why('CP07')).toBe(
      "Paused: all of the contract's 80 kW is shared out, and the car needs at least 6 A.",
    );
    expect(await why('CP22')).toBe(
      "6 A, going to 6.1 A as soon as others have given way: all of the contract's 80 kW is shared out.",
    );
    expect(await why('CP14')).toBe('Offline: 6 A stay reserved for it until it is back.');
    expect(await page.locator('h1').textContent()).toBe(
      '32 of 34 chargers under control; Bay 18 on its own, Bay 14 offline.',
    );
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, 'desk-troubled');
    await page.context().close();
  });

  it('follows a change within seconds, without being loaded again', async () => {
    const parts = handed();
    const { page } = await openPage(browser(), await open(parts), DESK);
    parts.state = withTarget(garageState(), 0, 8000);
    await page.locator('[data-connector="CP01/1"] .why', { hasText: 'going to 8 A' }).waitFor({ timeout: 5000 });
    await page.context().close();
  });

  it('says that the line is lost and how old the figures are, and comes back by itself', async () => {
    const parts = handed();
    const url = await open(parts);
    const port = web?.port ?? 0;
    const { page } = await openPage(browser(), url, PHONE);
    await web?.close();
    await page.getByText(/Connection lost, data \d+ s old/).waitFor({ timeout: 8000 });
    await page.waitForTimeout(2000);
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, 'phone-lost', false);
    await open(parts, port);
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 10_000 });
    await page.context().close();
  });

  it('greys what a silent meter says, lists limits with who set them, and names chargers at the door', async () => {
    const parts = handed();
    const state = garageState();
    parts.state = {
      ...state,
      meters: state.meters.map(meter => ({ ...meter, atMs: NOW_MS - 12_000, quality: 'stale' as const })),
      outsideLimits: [
        {
          source: 'ems',
          circuit: 0,
          limitMa: [1e9, 1e9, 1e9],
          limitW: 30_000,
          evOnly: false,
          validUntilMs: NOW_MS + 3_600_000,
          validUntilWallMs: NOW_WALL_MS + 3_600_000,
          failSafeMa: null,
          setAtMs: NOW_MS,
        },
      ],
    };
    parts.notReady = ['The meter grid has been silent for 12 s.'];
    parts.refused = [
      {
        identity: 'CP99',
        address: '10.0.0.99',
        cause: 'No charger of this name is configured.',
        lastAtWallMs: NOW_WALL_MS - 5000,
      },
    ];
    const { page, errors } = await openPage(browser(), await open(parts), DESK);
    expect(await page.locator('.bars.stale').count()).toBe(1);
    expect(await page.locator('.node-age').first().textContent()).toMatch(/meter grid silent for 1\d s/);
    expect(await page.locator('.status').textContent()).toContain('Energy manager: 30 kW on Main fuse until 17:00.');
    expect(await page.locator('.refused').textContent()).toContain('No charger of this name is configured.');
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, 'desk-stale');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('draws the last ten minutes and keeps them as a table too', async () => {
    const parts = handed();
    const clock = handClock();
    web = await opened(depsOf(parts, clock));
    const { page, errors } = await openPage(browser(), `http://127.0.0.1:${web.port}/`, DESK);
    for (let s = 0; s < 600; s++) {
      parts.gate = swinging(s);
      clock.advance(1000);
      if (s % 50 === 0) await page.waitForTimeout(20);
    }
    await page.getByText('Show as table').click();
    await expect.poll(() => page.locator('.chart-table tbody tr').count()).toBeGreaterThanOrEqual(10);
    await picture(page, 'desk-chart', false);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 60_000);

  it('has its chart full when it is opened, from what the gateway kept', async () => {
    const parts = handed();
    const clock = handClock();
    web = await opened(depsOf(parts, clock));
    for (let s = 0; s < 600; s++) {
      parts.gate = swinging(s);
      clock.advance(1000);
    }
    const { page, errors } = await openPage(browser(), `http://127.0.0.1:${web.port}/`, DESK);
    await page.getByText('Show as table').click();
    await expect.poll(() => page.locator('.chart-table tbody tr').count()).toBeGreaterThanOrEqual(10);
    await picture(page, 'desk-chart-kept', false);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('keeps the name of the site readable on a phone whose gateway has an unchecked clock', async () => {
    web = await opened(depsOf(handed(), { ...runningClock(), quality: () => 'unknown' }));
    const { page } = await openPage(browser(), `http://127.0.0.1:${web.port}/`, PHONE);
    await page.getByText('clock not checked').waitFor();
    const cut = await page.locator('.site-name').evaluate(name => name.scrollWidth - name.clientWidth);
    expect(cut).toBeLessThanOrEqual(0);
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, 'phone-unchecked-clock', false);
    await page.context().close();
  });

  it('says that the building is assumed while its meter starts', async () => {
    const parts = handed();
    const backgrounds = parts.state.backgrounds.map(known => (known === null ? null : { ...known, heldMa: null }));
    parts.state = { ...parts.state, backgrounds };
    const { page } = await openPage(browser(), await open(parts), DESK);
    await page.getByText('Building: assumed until enough readings have come.').waitFor();
    await page.context().close();
  });

  it('is walked through with the keyboard alone, and the chart has a table', async () => {
    const { page } = await openPage(browser(), await open(handed('troubled')), DESK);
    await page.getByRole('radio', { name: /Needs a look/ }).focus();
    await page.keyboard.press('Space');
    expect(await page.locator('[data-connector]').count()).toBe(3);
    await page.locator('.chart-table summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.chart-table tbody tr').count()).toBeGreaterThan(0);
    await page.context().close();
  });
});
