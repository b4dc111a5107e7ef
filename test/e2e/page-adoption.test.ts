import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { adoptionDesk, type Desk } from '../web/adoption-desk.ts';
import { fileBrowser, openPage, picture } from '../web/browser.ts';
import { poorContrasts } from '../web/contrast.ts';
import { doors } from '../web/file-kit.ts';
import { depsOf, handed, runningClock } from '../web/open-garage.ts';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

const browser = fileBrowser();
const opened = doors();

async function open(): Promise<{ desk: Desk; url: string }> {
  const clock = runningClock();
  const desk = adoptionDesk(() => clock.nowMs() + 30 * 60_000);
  const web = await opened({ ...depsOf(handed(), clock, true), adoption: desk });
  return { desk, url: `http://127.0.0.1:${web.port}/` };
}

const card = (page: Page) => page.locator('.adoption');
const button = (page: Page, name: string | RegExp) => card(page).getByRole('button', { name });

describe('a new charger at the page', () => {
  it.each([
    ['phone', PHONE],
    ['desk', DESK],
    ['phone-dark', { ...PHONE, dark: true }],
  ])('may wait while the window is open, and is adopted with what a person says of it: %s', async (name, look) => {
    const { desk, url } = await open();
    const { page, errors } = await openPage(browser(), url, look);
    await button(page, 'Let new chargers wait').click();
    await card(page).getByText('WB-0042', { exact: true }).waitFor();
    expect(await page.locator('.commissioning').textContent()).toMatch(
      /^Open for new chargers for (30|29) min: 1 waits/,
    );
    expect(await card(page).locator('.adoption-window').textContent()).toMatch(/^Open for (30|29) min more/);
    const guest = page.locator('[data-guest="WB-0042"]');
    expect(await guest.textContent()).toContain('Alder Wallbox 22, firmware 2.1.0, serial A-0042, 1 socket.');
    expect(await guest.textContent()).toContain('not under control, may draw its full rating');
    await button(page, 'Adopt …').click();
    await guest.getByLabel('Name').fill('Bay 35');
    await guest.getByLabel('Circuit').selectOption('Row A');
    await guest.getByLabel('Rating').fill('16');
    await guest.getByLabel('Fuse or cable').fill('13');
    await guest.getByLabel('on the phases').selectOption('L2 L3 L1');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await poorContrasts(page)).toEqual([]);
    await card(page).scrollIntoViewIfNeeded();
    await picture(page, `adoption-${name}`, false);
    desk.answer = { kind: 'done', notes: ['Until a dead-man test has proven it, it counts at its rating.'] };
    await button(page, 'Adopt it').click();
    await card(page).getByText('counts at its rating').waitFor();
    expect(desk.asked.at(-1)).toEqual({
      what: 'adopt',
      identity: 'WB-0042',
      body: { name: 'Bay 35', circuit: 'row-a', ratingA: 16, cableA: 13, phases: 3, rotation: 'STR' },
    });
    await button(page, 'Take it out …').click();
    await button(page, 'Yes, take it out').click();
    await card(page).getByText('taken out: gets nothing').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is told everything that is wrong with what was said of it, at its field', async () => {
    const { desk, url } = await open();
    const { page } = await openPage(browser(), url, DESK);
    await button(page, 'Let new chargers wait').click();
    await button(page, 'Adopt …').click();
    desk.answer = {
      kind: 'problems',
      problems: [
        { path: 'circuit', message: 'no circuit ""' },
        { path: 'ratingA', message: 'must be at least 6, not 1', hint: 'its data sheet' },
      ],
    };
    await button(page, 'Adopt it').click();
    await card(page).getByText('ratingA: must be at least 6, not 1 (its data sheet)').waitFor();
    await card(page).getByText('circuit: no circuit').waitFor();
    await button(page, 'Close it now').click();
    await card(page).getByText('is turned away').waitFor();
    expect(desk.asked.map(one => one.what)).toEqual(['open', 'adopt', 'close']);
    await page.context().close();
  });
});
