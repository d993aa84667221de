import type { Browser, Page } from 'playwright';
import { contributeFrom } from './browser.js';

/**
 * A visitor who has changed the page: of the steps that it asks its engine for, it leaves one out now and then. The engine
 * lies in a worker, and is asked by messages.
 */
export async function lyingTab(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const post = Worker.prototype.postMessage as (this: Worker, ...args: unknown[]) => void;
    Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
      const asked = message as { call?: string; args?: unknown[] } | null;
      const updates = asked?.call === 'advance' ? (asked.args?.[1] as unknown[]) : undefined;
      if (updates && updates.length > 2) updates.splice(updates.length >> 1, 1);
      post.call(this, message, ...rest);
    } as Worker['postMessage'];
  });
  return contributeFrom(context, url, 'wasm');
}
