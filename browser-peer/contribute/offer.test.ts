import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { MAX_WATCHERS } from '../../coordinator/room/limits.js';
import { DESKTOP, pageStage, standIn, state, wordsOf } from './page.suite.js';
import type { StandIn } from './stand-in.suite.js';

const pages = pageStage();

describe('before consent', () => {
  it('tells what is computed, for whom and at what cost', async () => {
    const page = await pages.now.visit();
    await page.getByText('Ripples in a box').waitFor();
    const words = await wordsOf(page.locator('main'));
    expect(words).toContain('128 × 96 × 64 cells, 2,000 steps');
    expect(words).toContain('“main”');
    for (const cost of ['Processor or GPU', 'Memory', 'Network', 'network address'])
      expect(words).toContain(cost);
  });

  it('leads to the other pages of the same room, with the same rights, and stays open itself', async () => {
    const { searchParams } = new URL(pages.now.stage.coordinator.invitation);
    const search = `?room=main&invite=${searchParams.get('invite')}`;
    const page = await pages.now.visit({ search: `${search}&engine=wasm` });
    for (const [name, path] of [
      ['Watch', 'watch'],
      ['Laboratory', 'lab'],
    ] as const) {
      const link = page.getByRole('navigation').getByRole('link', { name });
      expect(await link.getAttribute('href')).toBe(`${path}${search}`);
      expect(await link.getAttribute('target')).toBe('_blank');
    }
  });

  it('starts no engine and asks for no adapter, whatever the address says', async () => {
    const context = await pages.now.newContext(DESKTOP);
    await context.addInitScript(() => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      GPU.prototype.requestAdapter = async () => {
        asked.push('adapter');
        return null;
      };
    });
    const page = await context.newPage();
    await page.goto(`${pages.now.stage.coordinator.url}/?start=1&agree=1&engine=webgpu`);
    await page.getByText('Ripples in a box').waitFor();
    expect(await state(page)).toBe('asking');
    expect(page.workers()).toEqual([]);
    expect((await standIn(page)).started).toBe(0);
    expect(await page.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toEqual([]);
  });

  it('says what is missing where there is no WebGPU, and offers the processor', async () => {
    const page = await pages.now.visit({ gpu: false });
    await page.getByText('This browser has no WebGPU, or it is switched off.').waitFor();
    expect(await page.getByLabel('GPU', { exact: true }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Automatic').isChecked()).toBe(true);
  });

  it('says so where it is not isolated from other pages, and computes on one thread', async () => {
    const page = await pages.now.visit({
      // A page that a test hands out counts as one from elsewhere, which may not ask this machine.
      expected: /ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS/,
      prepare: (context) =>
        context.route('**/*', async (route) => {
          // A page that closes meanwhile needs it no more.
          const response = await route.fetch().catch(() => undefined);
          if (!response) return;
          const { 'cross-origin-embedder-policy': _, ...headers } = response.headers();
          await route.fulfill({ response, headers }).catch(() => {});
        }),
    });
    await page.getByText('This page is not isolated from others').waitFor();
    const { device } = await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.tryProcessor(),
    );
    expect(device).toBe('CPU, WebAssembly SIMD');
  });

  it('says so where there is no WebRTC', async () => {
    const page = await pages.now.visit({
      prepare: (context) =>
        context.addInitScript(() => {
          delete (globalThis as { RTCPeerConnection?: unknown }).RTCPeerConnection;
        }),
    });
    await page.getByText('This browser has no WebRTC').waitFor();
  });

  it('says why a room does not let it in', async () => {
    // The browser itself reports each refused WebSocket and status.
    const page = await pages.now.visit({ search: '?invite=wrong', expected: /\b403\b/ });
    await page.getByText('The room does not let this page in').waitFor();
    await page.getByText('This invitation is not for room main; ask for a new link.').waitFor();
    expect(await page.getByRole('button', { name: 'Start computing' }).isDisabled()).toBe(true);
  });
});

it('may be started though the room has as many watchers as it takes, and is let in when they have left', async () => {
  const crowded = await pages.now.another();
  const address = crowded.coordinator.url.replace('http', 'ws');
  const others = Array.from({ length: MAX_WATCHERS }, () => new WebSocket(`${address}/ws/main`));
  try {
    await Promise.all(others.map((socket) => once(socket, 'open')));
    const page = await pages.now.visit({ at: crowded });
    await page.getByText('Reconnecting…').waitFor();
    await page.getByText('as many watchers as it takes').first().waitFor();
    expect(await page.getByRole('button', { name: 'Start computing' }).isDisabled()).toBe(false);
    for (const socket of others) socket.close();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.close();
  } finally {
    for (const socket of others) socket.terminate();
    await crowded.close();
  }
});

it('finds the room again by itself when its coordinator has been away', async () => {
  const before = await pages.now.another();
  const port = Number(new URL(before.coordinator.url).port);
  const page = await pages.now.visit({ at: before, expected: /WebSocket connection|ERR_CONNECTION_REFUSED/ });
  await page.getByText('Connected', { exact: true }).waitFor();
  await before.close();
  await page.getByText('Reconnecting…').waitFor();
  const after = await pages.now.another(port);
  try {
    await page.getByText('Connected', { exact: true }).waitFor();
  } finally {
    await page.close();
    await after.close();
  }
});
