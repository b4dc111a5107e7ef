import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { fileBrowser, openPage, picture } from '../web/browser.ts';
import { poorContrasts } from '../web/contrast.ts';
import { doors } from '../web/file-kit.ts';
import { depsOf, type Handed, handed, runningClock } from '../web/open-garage.ts';
import { unprovenGate, unprovenState } from '../web/unproven-garage.ts';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

const browser = fileBrowser();
const opened = doors();

const unproven = (): Handed => ({ ...handed(), state: unprovenState(), gate: unprovenGate() });

async function open(parts: Handed, loopbackWrites = false): Promise<string> {
  const web = await opened(depsOf(parts, runningClock(), loopbackWrites));
  return `http://127.0.0.1:${web.port}/`;
}

const socket = (page: Page, charger: string) => page.locator(`[data-connector="${charger}/1"]`);
const facts = async (page: Page, charger: string) => {
  await socket(page, charger).locator('summary').click();
  // What is folded away is drawn once it is opened.
  await socket(page, charger).locator('.facts div').first().waitFor();
  return (await socket(page, charger).locator('.facts div').allTextContents()).join(' ');
};

describe('the page of a garage that is put into service', () => {
  it.each([
    ['phone', PHONE],
    ['desk', DESK],
    ['phone-dark', { ...PHONE, dark: true }],
    ['desk-dark', { ...DESK, dark: true }],
  ])('keeps what is about safety folded until it is asked for, and fits: %s', async (name, look) => {
    const { page, errors } = await openPage(browser(), await open(unproven()), look);
    expect(await page.locator('.facts:visible').count()).toBe(0);
    await picture(page, `safety-${name}-top`, false);
    for (const charger of ['CP01', 'CP02', 'CP06', 'CP14', 'CP25', 'CP26', 'CP28']) await facts(page, charger);
    await socket(page, 'CP14').getByRole('button').click();
    await socket(page, 'CP18').getByRole('button').click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await poorContrasts(page)).toEqual([]);
    await picture(page, `safety-${name}`);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says how long a charger keeps its limit by itself, counts that down and tells what is reserved and why', async () => {
    const { page } = await openPage(browser(), await open(unproven()), DESK);
    const left = await socket(page, 'CP01').locator('.keeps').textContent();
    expect(left).toMatch(/^keeps it \d/);
    expect(await facts(page, 'CP01')).toMatch(
      /Proven: falls back by itself\. Keeps its 6\.8 A by itself for 3 min, then 6 A\. Reserved for it6\.8 A: what it was told\./,
    );
    expect(await facts(page, 'CP06')).toMatch(/12 A: told 6 A \d s ago, not yet seen to follow\./);
    const widths = () =>
      socket(page, 'CP01')
        .locator('.keeps-bar i')
        .evaluate(bar => bar.getBoundingClientRect().width);
    const before = await widths();
    await expect.poll(widths, { timeout: 8000 }).toBeLessThan(before);
    await page.context().close();
  });

  it('says what an unproven charger costs, how far its set-up is and what was found there', async () => {
    const { page } = await openPage(browser(), await open(unproven()), DESK);
    expect(await page.locator('.commissioning').textContent()).toMatch(
      /^Commissioning until Sat,? 24 Jan, 16:00: 5 chargers that are not proven count at the fallback current/,
    );
    expect(await facts(page, 'CP26')).toMatch(
      /Costs 26 A on every fuse above it: .* Set-upRuns: 2 steps to go\. A limit of somebody else was found there and cleared: 16 A from 22:00/,
    );
    expect(await facts(page, 'CP28')).toMatch(
      /Limits written410 of the 500 a day .*, about 750 by the end of the day\. Raises are/,
    );
    await page.context().close();
  });

  it('marks a charger as switched off after asking twice, with the token, and takes it back at once', async () => {
    const parts = unproven();
    const { page } = await openPage(browser(), await open(parts), PHONE);
    const bay = socket(page, 'CP14');
    await bay.getByRole('button', { name: 'It has no power' }).click();
    expect(parts.marks).toEqual([]);
    await bay.getByRole('button', { name: 'Cancel' }).click();
    await bay.getByRole('button', { name: 'It has no power' }).click();
    await bay.getByRole('button', { name: 'Yes, its breaker is off' }).click();
    await bay.getByLabel('Token of this gateway').fill('a-wrong-token');
    await bay.getByRole('button', { name: 'Yes, its breaker is off' }).click();
    await bay.getByLabel('This token is not the configured one.').fill('a-good-token');
    await picture(page, 'safety-phone-token', false);
    await bay.getByRole('button', { name: 'Yes, its breaker is off' }).click();
    await bay.getByText('switched off').waitFor();
    expect(parts.marks).toEqual([{ charger: 13, mark: 'switched-off' }]);
    await bay.getByRole('button', { name: 'Undo this' }).click();
    await bay.getByRole('button', { name: 'It has no power' }).waitFor();
    expect(parts.marks.at(-1)).toEqual({ charger: 13, mark: 'switched-on' });
    await page.context().close();
  });

  it('trusts a charger again in the demo without a token, and says why a mark was refused', async () => {
    const parts = unproven();
    const { page } = await openPage(browser(), await open(parts, true), DESK);
    await socket(page, 'CP18').getByRole('button', { name: 'It obeys again' }).click();
    await socket(page, 'CP18').getByRole('button', { name: 'Yes, trust it again' }).click();
    await expect.poll(() => parts.marks).toEqual([{ charger: 17, mark: 'trusted' }]);
    await socket(page, 'CP14').getByRole('button', { name: 'It has no power' }).click();
    parts.state = {
      ...parts.state,
      chargers: parts.state.chargers.map(charger => ({ ...charger, link: 'online' as const })),
    };
    await socket(page, 'CP14').getByRole('button', { name: 'Yes, its breaker is off' }).click();
    await socket(page, 'CP14').getByText('This charger is connected, so it has power.').waitFor();
    await page.context().close();
  });
});
