import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPageIfStale, launchBrowser, openPage, picture } from '../web/browser.ts';
import { HOUSE, SHARES_A } from './foreign/house.ts';
import { deleteLimits, putLimits } from './foreign/reading.ts';
import { type ForeignSite, openSite } from './foreign/site.ts';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 800 };

let browser: Browser;
let site: ForeignSite;
beforeAll(async () => {
  await buildPageIfStale();
  browser = await launchBrowser();
  site = await openSite(HOUSE);
  site.plugAll();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

const why = (page: Page, socket: string) => page.locator(`[data-connector="${socket}"] .why`);

describe('the live page of a running gateway', () => {
  it('follows the house from the first boot to equal shares, asks nobody else and logs no error', async () => {
    const { page, foreign, errors } = await openPage(browser, `${site.webUrl}/`, DESK);
    await picture(page, 'live-desk-early');
    await page.locator('h1', { hasText: 'All 6 chargers under control.' }).waitFor({ timeout: 30_000 });
    expect(await page.locator('[data-connector]').count()).toBe(Object.keys(SHARES_A).length);
    for (const socket of Object.keys(SHARES_A)) expect(await why(page, socket).textContent()).toMatch(/\S.*\.$/);
    await why(page, 'F1/1').and(page.getByText('8 A: Row A, L1 is full.')).waitFor({ timeout: 15_000 });
    await why(page, 'F5/2').and(page.getByText('12 A: Row B, L2 is full.')).waitFor({ timeout: 15_000 });
    await page.waitForTimeout(5_000);
    await picture(page, 'live-desk');
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 60_000);

  it('is there in a browser whose machine has no language', async () => {
    const page = await browser.newPage();
    await page.addInitScript(
      "Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true })",
    );
    await page.goto(`${site.webUrl}/`);
    await page.locator('[data-connector]').first().waitFor({ timeout: 15_000 });
    await page.close();
  }, 30_000);

  it('shows a limit from outside within seconds of its PUT, and its end, without being loaded again', async () => {
    const { page, foreign, errors } = await openPage(browser, `${site.webUrl}/`, PHONE);
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await putLimits(site.webUrl, 'ems', [{ circuit: 'main', limitA: 30 }]);
    await page.locator('.status', { hasText: 'Energy manager: 30 A on Main fuse' }).waitFor({ timeout: 5_000 });
    await page
      .locator('[data-connector] .why', { hasText: 'limit of the energy manager on Main fuse' })
      .first()
      .waitFor({ timeout: 5_000 });
    await page.waitForTimeout(4_000);
    await picture(page, 'live-phone-limit');
    await deleteLimits(site.webUrl, 'ems');
    await page.locator('.status', { hasText: 'Energy manager' }).waitFor({ state: 'detached', timeout: 5_000 });
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 40_000);

  it('says that the meter is silent and that nothing is raised', async () => {
    const { page, errors } = await openPage(browser, `${site.webUrl}/`, DESK);
    site.meter.silent = true;
    await page
      .getByText(/Meter grid of Main fuse is silent/)
      .first()
      .waitFor({ timeout: 8_000 });
    await picture(page, 'live-desk-silent-meter');
    site.meter.silent = false;
    await page
      .getByText(/Meter grid of Main fuse is silent/)
      .first()
      .waitFor({ state: 'detached', timeout: 8_000 });
    expect(errors).toEqual([]);
    await page.context().close();
  }, 40_000);
});
