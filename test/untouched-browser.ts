import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, chromium } from 'playwright';
import { BROWSER } from './browser.js';

/** A Chromium whose tabs are hidden behind one another, as its visitors' are, and throttled then. */
export interface UntouchedBrowser {
  /** Of all its tabs: they share one window. */
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Playwright tells each page of a browser that it launches that it is seen and focused. Here it comes to one that runs already, and tells it nothing. */
export async function launchUntouched(): Promise<UntouchedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'groundswell-browser-'));
  const sandbox = BROWSER.chromiumSandbox ? [] : ['--no-sandbox'];
  const child = spawn(
    BROWSER.executablePath ?? '',
    [
      ...['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run'],
      ...sandbox,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const address = await debuggingAddress(child);
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (!context) throw new RangeError('this Chromium has no window');
  return {
    context,
    async close() {
      await browser.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** It says on its error stream where it can be reached. */
async function debuggingAddress({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new RangeError('nothing to hear this Chromium by');
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address) {
      // What else it says is read as well: otherwise it waits for somebody to.
      stderr.resume();
      return address;
    }
  }
  throw new RangeError('this Chromium ended before it could be reached');
}
