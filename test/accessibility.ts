import axe from 'axe-core';
import type { Page } from 'playwright';

/** Serious and critical faults that axe finds, one line each. It is put into the page from outside its content security policy. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
}

/** CSS pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Presses beyond the number of controls: the way leads out of the page, and in again at its top. */
const MORE_PRESSES = 4;

/** Controls that Tab never comes to, or that do not show it when it does: their opening tags. None, where all is well. */
export async function keyboardFaults(page: Page): Promise<readonly string[]> {
  const wanted = await page.evaluate(() => {
    const isStop = (control: HTMLElement) => {
      if (!control.checkVisibility() || control.matches(':disabled')) return false;
      // Of radio buttons, arrows lead from the chosen one to the others.
      return !(control instanceof HTMLInputElement && control.type === 'radio' && !control.checked);
    };
    const controls = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex="0"]',
    );
    const stops = [...controls].filter(isStop);
    for (const [place, stop] of stops.entries()) stop.dataset.stop = String(place);
    return stops.map((stop) => stop.outerHTML.replace(/>.*/s, '>'));
  });
  const missing = new Map(wanted.entries());
  const faults: string[] = [];
  for (let press = 0; press < 2 * wanted.length + MORE_PRESSES && missing.size > 0; press++) {
    await page.keyboard.press('Tab');
    const { place, isShown } = await focusOn(page);
    if (place === undefined || !missing.has(place)) continue;
    if (!isShown) faults.push(`does not show the focus: ${wanted[place]}`);
    missing.delete(place);
  }
  return [...faults, ...[...missing.values()].map((control) => `is not reached: ${control}`)];
}

/** Which stop has the focus, and whether an outline says so, its own or that of what it lies in. */
const focusOn = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused.dataset.stop === undefined)
      return { place: undefined, isShown: false };
    const around = [focused, focused.parentElement, focused.parentElement?.parentElement];
    const isShown = around.some((element) => {
      const { outlineStyle, outlineWidth } = element
        ? getComputedStyle(element)
        : { outlineStyle: 'none', outlineWidth: '0px' };
      return outlineStyle !== 'none' && outlineWidth !== '0px';
    });
    return { place: Number(focused.dataset.stop), isShown };
  });
