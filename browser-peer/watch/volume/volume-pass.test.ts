import { expect, test } from 'vitest';
import { dawnAdapter } from '../../../shaders/webgpu/dawn.suite.js';
import { SHADES, tableOf } from '../colours.js';
import { project } from './projection.js';
import { opacityOf } from './volume-painting.js';
import { VolumePass } from './volume-pass.js';

test('a GPU sees along each ray what the processor does, as opaque and in its colour', async () => {
  const device = await (await dawnAdapter()).requestDevice();
  // Copies take rows of 256 bytes.
  const pixels = 64;
  const [layers, rows, columns] = [6, 9, 12];
  const values = Float32Array.from({ length: layers * rows * columns }, (_, i) => Math.sin(i * 7.31) * 2);
  values.fill(Number.NaN, 0, 40);
  const volume = { step: 1, layers, rows, columns, values, error: 0 };
  const turn = { turn: 33, tilt: 21 };
  const [low, high] = [-2, 2];
  const table = tableOf('diverging');
  const target = device.createTexture({
    size: [pixels, pixels],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  });
  const pass = new VolumePass(device, 'rgba8unorm');
  pass.draw(volume, turn, { table, low, high }, { target: target.createView(), pixels });

  const buffer = device.createBuffer({
    size: 4 * pixels * pixels,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture: target }, { buffer, bytesPerRow: 4 * pixels }, [pixels, pixels]);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(GPUMapMode.READ);
  const seen = new Uint8Array(buffer.getMappedRange().slice(0));
  device.destroy();

  let [covered, different] = [0, 0];
  for (const [i, value] of project(volume, turn, pixels).entries()) {
    const pixel = [...seen.subarray(4 * i, 4 * i + 4)];
    const opacity = Number.isNaN(value) ? 0 : opacityOf(value, high);
    const shade = Math.round(((value - low) / (high - low)) * (SHADES - 1));
    const due = [0, 1, 2].map((channel) => (opacity && (table[4 * shade + channel] as number)) * opacity);
    const isAlike = [...due, 255 * opacity].every(
      (part, channel) => Math.abs(part - (pixel[channel] as number)) < 6,
    );
    if (opacity > 0) covered += 1;
    if (!isAlike) different += 1;
  }
  expect(covered).toBeGreaterThan(500);
  // Where a ray passes an edge between two samples, f32 and f64 may take either.
  expect(different).toBeLessThan(covered / 50);
});
