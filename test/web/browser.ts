/** A headless Chromium for the page: the machine's own, else the one of the package. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { buildPageIfStale as buildPage } from '../setup/page.ts';

/** For a file that is run where no global setup was. */
export const buildPageIfStale = (): Promise<void> => buildPage();

/** Nothing that would speak to the outside on its own. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  const own = (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'chromium'))
    .find(existsSync);
  const executablePath = own ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  return chromium.launch({ executablePath, args: FLAGS });
}

/** One browser for the tests of a file. */
export function fileBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 120_000);
  afterAll(() => browser.close());
  return () => browser;
}

export type Watched = { readonly page: Page; readonly foreign: string[]; readonly errors: string[] };

export type Look = { readonly width: number; readonly height: number; readonly dark?: boolean };

/** Opens the page and notes every request to elsewhere and every error on the console. */
export async function openPage(browser: Browser, url: string, look: Look): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.dark === true ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', request => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
  });
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', error => errors.push(error.message));
  await page.goto(url);
  await page.waitForSelector('[data-connector]');
  return { page, foreign, errors };
}

/** Keeps a picture where BUSBAR_PICTURES names a folder; tests themselves look at none. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env.BUSBAR_PICTURES;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
