import { expect, test } from 'vitest';
import { dawnAdapter } from '../../shaders/webgpu/dawn.suite.js';
import { SHADES, tableOf } from './colours.js';
import { PlanePass } from './plane-pass.js';

test('a GPU gives each sample the colour that the processor does, the first row at the bottom', async () => {
  const device = await (await dawnAdapter()).requestDevice();
  // Copies take rows of 256 bytes.
  const [rows, columns] = [5, 64];
  const values = Float32Array.from({ length: rows * columns }, (_, i) => (i % SHADES) / 50 - 2.5);
  values[7] = Number.NaN;
  const [low, high] = [-2, 2];
  const table = tableOf('diverging');
  const target = device.createTexture({
    size: [columns, rows],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  });
  const plane = { step: 1, rows, columns, values, error: 0 };
  new PlanePass(device, 'rgba8unorm').draw(plane, { table, low, high }, target.createView());

  const buffer = device.createBuffer({
    size: 4 * rows * columns,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture: target }, { buffer, bytesPerRow: 4 * columns }, [columns, rows]);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(GPUMapMode.READ);
  const pixels = new Uint8Array(buffer.getMappedRange().slice(0));
  device.destroy();

  for (const [i, value] of values.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const at = 4 * ((rows - 1 - row) * columns + column);
    const pixel = [...pixels.subarray(at, at + 4)].join();
    const part = Math.min(1, Math.max(0, (value - low) / (high - low)));
    const shade = Math.round(part * (SHADES - 1));
    // Where a value lies between two shades, the GPU may round otherwise.
    const near = [shade - 1, shade, shade + 1].map((s) => table.subarray(4 * s, 4 * s + 4).join());
    if (Number.isNaN(value)) expect(pixel).toBe('0,0,0,0');
    else expect(near).toContain(pixel);
  }
});
