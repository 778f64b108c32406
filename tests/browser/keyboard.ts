import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

interface Focus {
  readonly name: string;
  readonly isNowhere: boolean;
  readonly isSeen: boolean;
}

/** What has the focus, and whether it shows: by an outline of its own, or of the label that it is drawn in. */
function focusOf(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const held = document.activeElement;
    const isDrawn = (element: Element | null): boolean => {
      if (!element) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
    };
    // The calendar's button within a date's field is drawn by the browser, its ring as well.
    const isBrowsers = held instanceof HTMLInputElement && held.type === 'date' && !held.matches(':focus');
    const isSeen = isBrowsers || isDrawn(held) || isDrawn(held?.closest('label, .choice, .checkbox, .stepper') ?? null);
    const name = held?.outerHTML.slice(0, 120) ?? 'nothing';
    return { name, isNowhere: held === null || held === document.body, isSeen };
  });
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** Somebody who has a keyboard and no mouse. */
export function keyboardAt(page: Page) {
  /** Goes on with Tab until it has the focus; on the way each stop shows. */
  const reach = async (target: Locator, key = 'Tab'): Promise<void> => {
    await target.waitFor();
    for (let stops = 0; !(await hasFocus(target)); stops += 1) {
      expect(stops, `${target} is not reached by ${key}`).toBeLessThan(90);
      await page.keyboard.press(key);
      const focus = await focusOf(page);
      // After the last one the browser's own things have their turn.
      if (!focus.isNowhere) expect(focus.isSeen, `${focus.name} does not show that it has the focus`).toBe(true);
    }
  };
  return {
    reach,
    async press(target: Locator, key = 'Enter'): Promise<void> {
      await reach(target);
      await page.keyboard.press(key);
    },
    /** What is pressed leads away: a browser may never tell that the key came up again on a page that is gone. */
    async pressAway(target: Locator): Promise<void> {
      await reach(target);
      const gone = page.waitForEvent('framenavigated');
      await Promise.race([gone, page.keyboard.press('Enter').catch(() => undefined)]);
      await gone;
    },
    async write(field: Locator, text: string): Promise<void> {
      await reach(field);
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(text);
    },
    /** Whatever was pressed is gone: the next Tab goes on from somewhere on the page, and not from its beginning. */
    async expectKept(): Promise<void> {
      await expect.poll(async () => (await focusOf(page)).isNowhere, { message: 'the focus is lost' }).toBe(false);
    },
    /** The focus cannot leave the open dialog, and is back where it came from once that is closed. */
    async expectTrapped(opener: Locator): Promise<void> {
      const dialog = page.getByRole('dialog');
      for (let stops = 0; stops < 12; stops += 1) {
        await page.keyboard.press('Tab');
        expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await expect.poll(() => hasFocus(opener), { message: 'the focus did not come back' }).toBe(true);
    },
  };
}
