import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { advanceLargeShard } from '../../shaders/large-shard.suite.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import {
  agree,
  computing,
  inState,
  labServer,
  pageStage,
  plan,
  play,
  standIn,
  state,
  wordsOf,
} from './page.suite.js';
import type { StandIn } from './stand-in.suite.js';

const pages = pageStage();

describe('once agreed', () => {
  it('computes on the processor where there is no real GPU, and says why', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await page.locator('main').getAttribute('data-engine')).toBe('wasm');
    await page.getByText(/offers no real GPU/).waitFor();
  });

  it('computes with all threads of the processor, and the same bits as one of them', async () => {
    const page = await pages.now.visit();
    const { device, digest } = await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.tryProcessor(),
    );
    const threads = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(device).toBe(`CPU, WebAssembly SIMD${threads > 1 ? `, ${threads} threads` : ''}`);
    const cells = await advanceLargeShard(await createWasmEngine());
    expect(digest).toEqual([...createHash('sha256').update(new Uint8Array(cells.buffer)).digest()]);
  });

  it('takes an emulated GPU where the visitor insists', async () => {
    const page = await pages.now.visit({ search: '?engine=webgpu' });
    await agree(page);
    expect(await page.locator('main').getAttribute('data-engine')).toBe('webgpu');
  });

  it('shows the own shard, the step, the rates, the time left and the neighbours', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await page.locator('main').getAttribute('data-step')).toBe('500');
    const words = await wordsOf(page.locator('main'));
    expect(words).toContain('Step 500 of 2,000');
    expect(words).toContain('12.3 million cell updates a second');
    expect(words).toContain('45 million cell updates a second');
    expect(words).toContain('3 min 20 s');
    expect(words).toContain(
      'Piece 2 of 3, 31% of the space: 80 × 96 × 32 cells, at x 48 to 127, y 0 to 95, z 0 to 31.',
    );
    const rows = await page.getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split(/\s*\t\s*/))).toEqual([
      ['Device', 'Path', 'Round trip', 'Now', 'Sent', 'Received'],
      ['Lab server', 'Direct', '12 ms', expect.stringMatching(/B\/s$/), '1.5 MB', '2.5 MB'],
      ['cccc', 'Relay', '–', expect.stringMatching(/B\/s$/), '900 B', '0 B'],
    ]);
  });

  it('says what it stands in for where the piece is another device’s, and shows its own credit', async () => {
    const page = await pages.now.visit();
    await agree(page);
    const { document } = pages.now.stage.conductor();
    document.setMember('bbbb', { ...labServer, name: 'A tab', credit: 77_000_000 });
    document.setMember('dddd', { ...labServer, name: 'This device', credit: 12_000_000 });
    try {
      await play(page, {
        ...computing,
        self: 'dddd',
        plan: { ...plan, shadows: [{ peer: 'dddd', shard: 1 }] },
      });
      await page.getByRole('heading', { name: 'The piece that you compute a second time' }).waitFor();
      await page.getByText('“A tab” computes it too').waitFor();
      await expect.poll(() => page.locator('#credit').textContent()).toBe('12 million');
      await play(page, computing);
      await page.getByRole('heading', { name: 'The piece in your hands' }).waitFor();
    } finally {
      for (const peer of ['bbbb', 'dddd']) document.setMember(peer, undefined);
    }
  });

  it('names the members of a sweep that it computes, and counts them', async () => {
    const page = await pages.now.visit();
    await agree(page);
    const running = ['speed = 1.8135593220338984, depth = 3', 'speed = 2, depth = 4', 'speed = 3, depth = 3'];
    await play(page, {
      kind: 'members',
      self: 'bbbb',
      sweep: 'pond',
      running,
      done: 1,
      updates: 5_000_000,
      rate: 2_000_000,
    });
    await inState(page, 'members');
    const words = await wordsOf(page.locator('#work'));
    expect(words).toContain(
      'Now on this device: speed = 1.81356, depth = 3; speed = 2, depth = 4; and 1 more. Done here: 1.',
    );
    expect(await page.locator('#updates').textContent()).toBe('5 million');
  });

  it('says so when the connection is lost, and goes on when it is back', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await play(page, { kind: 'connecting', attempt: 2, reason: 'the coordinator closed the connection' });
    await inState(page, 'connecting');
    expect(await wordsOf(page.getByRole('status'))).toContain('Connection lost, reconnecting');
    await play(page, computing);
    await inState(page, 'computing');
  });

  it('hands over before it says that it has stopped, and can start again', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await page.getByRole('button', { name: 'Stop' }).click();
    await inState(page, 'leaving');
    await play(page, computing);
    expect((await standIn(page)).asked).toEqual(['leave']);
    expect(await state(page)).toBe('leaving');
    await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.end({
        kind: 'closed',
        reason: 'left on request',
      }),
    );
    await inState(page, 'left');
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 2);
  });
});
