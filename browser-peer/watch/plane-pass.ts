import type { Plane } from '../../core/watch/plane.js';
import { SHADES } from './colours.js';
import {
  BUFFER_COPY_DST,
  FRAGMENT,
  knownOf,
  TEXTURE_BINDING,
  TEXTURE_COPY_DST,
  UNIFORM,
} from './gpu-usage.js';
import type { Colouring } from './painting.js';
import shader from './plane.wgsl';

/** Draws planes into textures of one format, a pixel a sample. */
export class PlanePass {
  readonly #device: GPUDevice;
  readonly #pipeline: GPURenderPipeline;
  readonly #ends: GPUBuffer;
  readonly #shades: GPUTexture;
  #samples: GPUTexture | undefined;

  constructor(device: GPUDevice, format: GPUTextureFormat) {
    this.#device = device;
    const module = device.createShaderModule({ code: shader });
    this.#pipeline = device.createRenderPipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOn(device)] }),
      vertex: { module },
      fragment: { module, targets: [{ format }] },
    });
    this.#ends = device.createBuffer({ size: 16, usage: UNIFORM | BUFFER_COPY_DST });
    this.#shades = device.createTexture({
      size: [SHADES, 1],
      format: 'rgba8unorm',
      usage: TEXTURE_BINDING | TEXTURE_COPY_DST,
    });
  }

  /** `target` has a plane's size: its columns across, its rows down. */
  draw({ rows, columns, values }: Plane, { table, low, high }: Colouring, target: GPUTextureView): void {
    const { queue } = this.#device;
    const texture = this.#samplesOf(columns, rows);
    const known = knownOf(values);
    queue.writeTexture({ texture }, known, { bytesPerRow: 4 * columns }, [columns, rows]);
    queue.writeTexture({ texture: this.#shades }, new Uint8Array(table), {}, [SHADES, 1]);
    queue.writeBuffer(this.#ends, 0, Float32Array.of(low, high, SHADES, rows));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target, loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(this.#pipeline);
    const entries = [texture.createView(), this.#shades.createView(), { buffer: this.#ends }];
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: entries.map((resource, binding) => ({ binding, resource })),
      }),
    );
    pass.draw(3);
    pass.end();
    queue.submit([encoder.finish()]);
  }

  #samplesOf(columns: number, rows: number): GPUTexture {
    if (this.#samples?.width === columns && this.#samples.height === rows) return this.#samples;
    this.#samples?.destroy();
    this.#samples = this.#device.createTexture({
      size: [columns, rows],
      format: 'r32float',
      usage: TEXTURE_BINDING | TEXTURE_COPY_DST,
    });
    return this.#samples;
  }
}

/** r32float can be loaded, but not filtered: that has to be said. */
function layoutOn(device: GPUDevice): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: FRAGMENT, texture: { sampleType: 'unfilterable-float' } },
      { binding: 1, visibility: FRAGMENT, texture: { sampleType: 'float' } },
      { binding: 2, visibility: FRAGMENT, buffer: { type: 'uniform' } },
    ],
  });
}
