import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { JSHandle, Page } from 'playwright';
import type { TransportEnd } from '../core/links/end.suite.js';
import type { ConnectOptions } from '../core/links/transport.js';
import type { Driven } from '../core/links/transport.suite.js';
import { launchBrowser } from './browser.js';

/** A tab whose transports the test can drive. */
export interface Tab {
  newEnd(options?: Partial<ConnectOptions>): Promise<Driven>;
}

/** A Chromium, and tabs in it. */
export interface Tabs {
  open(): Promise<Tab>;
  close(): Promise<void>;
}

export async function launchTabs(): Promise<Tabs> {
  const [browser, script] = await Promise.all([launchBrowser(), bundle()]);
  return {
    async open() {
      const page = await browser.newPage();
      await page.addScriptTag({ content: script });
      return { newEnd: (options = {}) => newEnd(page, options) };
    },
    close: () => browser.close(),
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./transport-page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'transportPage',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function newEnd(page: Page, options: Partial<ConnectOptions>): Promise<Driven> {
  const end = await page.evaluateHandle((given) => {
    const { transportPage } = globalThis as unknown as {
      transportPage: { makeEnd(options: Partial<ConnectOptions>): TransportEnd };
    };
    return transportPage.makeEnd(given);
  }, options);
  return driven(end);
}

/** Calls in the page whatever is called here. An end takes and gives plain values only. */
function driven(end: JSHandle<TransportEnd>): Driven {
  const call = (method: keyof TransportEnd) => (argument: unknown) =>
    end.evaluate(
      (there, [name, value]) => (there[name] as (value: unknown) => Promise<unknown>).call(there, value),
      [method, argument] as const,
    );
  return new Proxy({} as Driven, {
    get: (_, name) => (name === 'then' ? undefined : call(name as keyof TransportEnd)),
  });
}
