/** Trouble made by a person at the page of a running demo: each ends in one sentence, and its numbers are true. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#sim/demo-ports.ts';
import type { SiteView } from '#web/site-view.ts';
import type { DemoView, TroubleView } from '#web/web.ts';
import { buildPageIfStale, launchBrowser, openPage, picture } from '../web/browser.ts';
import { poorContrasts } from '../web/contrast.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const SECOND = 1000;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Those that wait for leases to lapse take a minute each: stories have them, and BUSBAR_TROUBLES=all runs them here. */
const PATIENT = process.env.BUSBAR_TROUBLES === 'all';

let demo: ChildProcess;
let folder: string;
let url: string;
let said = '';
let browser: Browser;
let page: Page;
let errors: string[];

const site = async (): Promise<SiteView> => (await fetch(`${url}/api/v1/site`)).json() as Promise<SiteView>;

async function until<T>(what: string, withinMs: number, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`${what} within ${withinMs} ms did not come.\n${said}`);
    await new Promise(done => setTimeout(done, 200));
  }
}

beforeAll(async () => {
  await buildPageIfStale();
  folder = mkdtempSync(join(tmpdir(), 'busbar-test-trouble-'));
  const port = (await freePort('127.0.0.1', 18_380)) ?? 0;
  url = `http://127.0.0.1:${port}`;
  demo = spawn(process.execPath, [MAIN, 'demo', '--calm', '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  for (const stream of [demo.stdout, demo.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
  }
  browser = await launchBrowser();
  await until('sessions, and a back office', 60 * SECOND, async () => {
    const { connectors, upstream } = await site();
    const isLinked = upstream.some(({ state }) => state === 'connected');
    return isLinked && connectors.filter(each => each.since !== null).length >= 3 ? true : null;
  });
  ({ page, errors } = await openPage(browser, `${url}/`, DESK));
  await page.getByRole('button', { name: 'Make trouble' }).click();
}, 120_000);

afterAll(async () => {
  await browser.close();
  demo.kill('SIGINT');
  await new Promise(done => demo.once('exit', done));
  rmSync(folder, { recursive: true, force: true });
});

const card = (action: string) => page.locator(`[data-trouble="${action}"]`);

const told = async (action: string): Promise<TroubleView> => {
  const worldPort = (await site().catch(() => null))?.demo?.worldPort ?? world;
  world = worldPort;
  const view = (await (await fetch(`http://127.0.0.1:${worldPort}/api/v1/demo`)).json()) as DemoView;
  const found = view.troubles.find(trouble => trouble.action === action);
  if (found === undefined) throw new Error(`no trouble ${action}`);
  return found;
};
let world = 0;

/** Presses the button, waits for the end, and answers the sentence on the page. */
async function make(action: string, withinMs: number): Promise<string> {
  await card(action)
    .getByRole('button', { name: /Do it|Again/ })
    .click();
  await card(action).locator('.stopwatch').waitFor();
  await expect.poll(() => card(action).locator('.sentence').textContent(), { timeout: withinMs }).toMatch(/\S.*\.$/);
  await picture(page, `trouble-${action}`, false);
  return ((await card(action).locator('.sentence').textContent()) ?? '').trim();
}

async function takeBack(action: string): Promise<void> {
  await card(action).getByRole('button').click();
  await expect.poll(async () => (await told(action)).state, { timeout: 5 * SECOND }).toBe('over');
}

/** Numbers in a sentence, in their order. */
const numbers = (sentence: string): readonly number[] => [...sentence.matchAll(/\d+(?:\.\d+)?/g)].map(Number);

describe('a person who makes trouble at the page of the demo', { timeout: 150 * SECOND }, () => {
  it('cuts the back office while cars come and go: every session is here and there once', async () => {
    const begun = make('cut-upstream', 140 * SECOND);
    await page.locator('[data-upstream]', { hasText: 'offline' }).waitFor({ timeout: 10 * SECOND });
    const sentence = await begun;
    expect(sentence).toMatch(/^Back office cut: \d+ sessions? here, \d+ there, 0 missing, 0 double\.$/);
    const [here, there] = numbers(sentence);
    expect(here).toBeGreaterThan(0);
    expect(there).toBe(here);
    expect((await told('cut-upstream')).well).toBe(true);
    await page.locator('[data-upstream]', { hasText: 'connected' }).waitFor({ timeout: 10 * SECOND });
    expect((await told('cut-upstream')).state).toBe('over');
  });

  it('switches on a large load: cars give way in time, or nothing was passed', async () => {
    const sentence = await make('building-step', 40 * SECOND);
    expect(sentence).toMatch(/^Building \+\d+(\.\d)? A on (L2|every phase): .*, worst [\d.]+ of [\d.]+ (A|kW)\.$/);
    const [worst = 0, limit = 0] = numbers(sentence).slice(-2);
    if (sentence.includes('no limit was passed')) expect(worst).toBeLessThanOrEqual(limit);
    else {
      expect(worst).toBeGreaterThan(limit);
      expect(Number(/gave way in ([\d.]+) s/.exec(sentence)?.[1])).toBeLessThanOrEqual(15);
    }
    expect((await told('building-step')).well).toBe(true);
    expect(await poorContrasts(page)).toEqual([]);
  });

  it('is refused a second one in words while the first runs, and takes the first back', async () => {
    await takeBack('building-step');
    await card('building-step').getByRole('button', { name: 'Again' }).click();
    await card('silence-meter').getByRole('button', { name: 'Do it' }).click();
    await page.getByText('"Switch on a large load" still runs').waitFor({ timeout: 5 * SECOND });
    await takeBack('building-step');
    await card('building-step')
      .getByText('Taken back before its end.')
      .waitFor({ timeout: 5 * SECOND });
  });

  it('silences the meter: the garage is safe in time', async () => {
    const sentence = await make('silence-meter', 50 * SECOND);
    expect(sentence).toMatch(/^Meter silent: safe (after [\d.]+ s|from the first instant, .*)\.$/);
    expect(numbers(sentence)[0] ?? 0).toBeLessThanOrEqual(21);
    expect((await told('silence-meter')).well).toBe(true);
    await takeBack('silence-meter');
  });

  it('lets a charger lie: the others make room for what it truly takes', async () => {
    await until('a car that is held back', 40 * SECOND, async () => {
      await card('lying-charger').getByRole('button').click();
      await page.waitForTimeout(600);
      return (await told('lying-charger')).state === 'ready' ? null : true;
    });
    const end = async () => (await card('lying-charger').locator('.sentence').textContent())?.trim() ?? '';
    await expect.poll(end, { timeout: 100 * SECOND }).toMatch(/\S.*\.$/);
    const sentence = await end();
    const [took = 0, saidA = 0] = numbers(sentence.replace(/^.*? takes/, ''));
    expect(took).toBeGreaterThan(saidA);
    expect((await told('lying-charger')).well).toBe(true);
    await picture(page, 'trouble-lying-charger', false);
    await takeBack('lying-charger');
  });

  it('sets a cap with the slider, reads what it is in amperes, and takes it back', async () => {
    const slider = page.locator('.cap input[type="range"]');
    await slider.evaluate((input: HTMLInputElement) => {
      input.value = '30';
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.locator('.status', { hasText: 'Cap: 30 kW on Main fuse.' }).waitFor({ timeout: 5 * SECOND });
    expect(await page.locator('.cap').textContent()).toContain('30 kW for Main fuse: 43 A on each phase');
    expect((await site()).limits.find(({ source }) => source === 'cap')?.limitW).toBe(30_000);
    await page.getByRole('button', { name: 'Take the cap back' }).click();
    await page.getByText('No cap stands.').waitFor({ timeout: 5 * SECOND });
    expect(errors.filter(error => !error.includes('409'))).toEqual([]);
  });

  it('fits on a phone, drawer and all', async () => {
    const phone = await openPage(browser, `${url}/`, PHONE);
    await phone.page.getByRole('button', { name: 'Make trouble' }).click();
    await phone.page.locator('[data-trouble="kill"]').waitFor();
    const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await poorContrasts(phone.page)).toEqual([]);
    await picture(phone.page, 'trouble-phone', false);
    await phone.page.context().close();
  });

  it('kills Busbar, and the drawer lives on: the stopwatch runs, and the button starts it again', async () => {
    await card('kill').getByRole('button').click();
    await page.getByText('Busbar is dead.').waitFor({ timeout: 5 * SECOND });
    await page.getByText('Connection lost').waitFor({ timeout: 8 * SECOND });
    const seconds = async () => Number.parseFloat((await card('kill').locator('.stopwatch').textContent()) ?? '');
    const before = await seconds();
    // The dead gateway tells nobody: what moves on comes from the world. Where all cars were down already it ends at once.
    const movesOn = async () =>
      (await seconds()) > before + 1 || ((await card('kill').textContent()) ?? '').includes('Busbar killed: all');
    await expect.poll(movesOn, { timeout: 5 * SECOND }).toBe(true);
    await picture(page, 'trouble-killed', false);
    if (PATIENT) {
      const end = async () => (await card('kill').locator('.sentence').textContent()) ?? '';
      await expect
        .poll(end, { timeout: 110 * SECOND })
        .toMatch(/Busbar killed: all \d+ cars at their fallback after \d+/);
      expect((await told('kill')).well).toBe(true);
    } else await card('kill').getByRole('button', { name: 'Start it again' }).click();
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 40 * SECOND });
    await expect.poll(() => said, { timeout: 20 * SECOND }).toContain('The gateway is back');
  });

  it.runIf(PATIENT)('pulls a network cable: its car falls back by itself in time', async () => {
    await until('cars that draw', 60 * SECOND, async () => {
      await card('pull-charger').getByRole('button').click();
      await page.waitForTimeout(600);
      return (await told('pull-charger')).state === 'ready' ? null : true;
    });
    const end = async () => (await card('pull-charger').locator('.sentence').textContent()) ?? '';
    await expect
      .poll(end, { timeout: 110 * SECOND })
      .toMatch(/off the network: fell from [\d.]+ A to [\d.]+ A by itself/);
    expect((await told('pull-charger')).well).toBe(true);
  });
});
