import { SHADES } from './colours.js';
import type { Painter } from './painting.js';
import shader from './plane.wgsl';

/** Stands for NaN: see plane.wgsl. */
const UNKNOWN = 3.2e38;

/** Paints with a GPU. `onLost`: it has gone, and paints no more. @throws RangeError where the canvas is another painter's. */
export async function gpuPainter(
  canvas: HTMLCanvasElement,
  gpu: GPU,
  adapter: GPUAdapter,
  onLost: () => void,
): Promise<Painter> {
  const device = await adapter.requestDevice();
  let closed = false;
  void device.lost.then(() => {
    if (!closed) onLost();
  });
  const context = canvas.getContext('webgpu');
  if (!context) throw new RangeError('this canvas is painted otherwise already');
  const format = gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: 'premultiplied' });
  const module = device.createShaderModule({ code: shader });
  const pipeline = device.createRenderPipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOn(device)] }),
    vertex: { module },
    fragment: { module, targets: [{ format }] },
  });
  const ends = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const shades = device.createTexture({
    size: [SHADES, 1],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
  });
  let samples: GPUTexture | undefined;

  const samplesOf = (columns: number, rows: number): GPUTexture => {
    if (samples?.width === columns && samples.height === rows) return samples;
    samples?.destroy();
    [canvas.width, canvas.height] = [columns, rows];
    samples = device.createTexture({
      size: [columns, rows],
      format: 'r32float',
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    return samples;
  };

  return {
    kind: 'webgpu',
    paint({ rows, columns, values }, { table, low, high }) {
      const texture = samplesOf(columns, rows);
      const known = Float32Array.from(values, (value) => (Number.isNaN(value) ? UNKNOWN : value));
      const { queue } = device;
      queue.writeTexture({ texture }, known, { bytesPerRow: 4 * columns }, [columns, rows]);
      queue.writeTexture({ texture: shades }, new Uint8Array(table), {}, [SHADES, 1]);
      queue.writeBuffer(ends, 0, Float32Array.of(low, high, SHADES, rows));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginRenderPass({
        colorAttachments: [
          { view: context.getCurrentTexture().createView(), loadOp: 'clear', storeOp: 'store' },
        ],
      });
      pass.setPipeline(pipeline);
      const entries = [texture.createView(), shades.createView(), { buffer: ends }];
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: entries.map((resource, binding) => ({ binding, resource })),
        }),
      );
      pass.draw(3);
      pass.end();
      queue.submit([encoder.finish()]);
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}

/** r32float can be loaded, but not filtered: that has to be said. */
function layoutOn(device: GPUDevice): GPUBindGroupLayout {
  const visibility = GPUShaderStage.FRAGMENT;
  return device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility, texture: { sampleType: 'unfilterable-float' } },
      { binding: 1, visibility, texture: { sampleType: 'float' } },
      { binding: 2, visibility, buffer: { type: 'uniform' } },
    ],
  });
}
