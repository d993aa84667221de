import { SHADES } from './colours.js';
import { BUFFER_COPY_DST, FRAGMENT, TEXTURE_BINDING, TEXTURE_COPY_DST, UNIFORM } from './gpu-usage.js';
import type { Colouring } from './painting.js';

/** How a picture is made of samples. */
export interface PicturePassOptions {
  readonly format: GPUTextureFormat;
  /** WGSL: samples at binding 0, shades at 1, the view at 2. */
  readonly shader: string;
  readonly dimension: '2d' | '3d';
  /** Of the view. */
  readonly bytes: number;
}

/** Draws samples in the shades of a colour map, over all of a texture. */
export class PicturePass {
  readonly #device: GPUDevice;
  readonly #pipeline: GPURenderPipeline;
  readonly #view: GPUBuffer;
  readonly #shades: GPUTexture;

  constructor(device: GPUDevice, { format, shader, dimension, bytes }: PicturePassOptions) {
    this.#device = device;
    const module = device.createShaderModule({ code: shader });
    this.#pipeline = device.createRenderPipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOn(device, dimension)] }),
      vertex: { module },
      fragment: { module, targets: [{ format }] },
    });
    this.#view = device.createBuffer({ size: bytes, usage: UNIFORM | BUFFER_COPY_DST });
    this.#shades = device.createTexture({
      size: [SHADES, 1],
      format: 'rgba8unorm',
      usage: TEXTURE_BINDING | TEXTURE_COPY_DST,
    });
  }

  draw(
    samples: GPUTexture,
    { table }: Colouring,
    view: Float32Array<ArrayBuffer>,
    target: GPUTextureView,
  ): void {
    const { queue } = this.#device;
    queue.writeTexture({ texture: this.#shades }, new Uint8Array(table), {}, [SHADES, 1]);
    queue.writeBuffer(this.#view, 0, view);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target, loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(this.#pipeline);
    const entries = [samples.createView(), this.#shades.createView(), { buffer: this.#view }];
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
}

/** r32float can be loaded, but not filtered: that has to be said. */
function layoutOn(device: GPUDevice, viewDimension: PicturePassOptions['dimension']): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: FRAGMENT, texture: { sampleType: 'unfilterable-float', viewDimension } },
      { binding: 1, visibility: FRAGMENT, texture: { sampleType: 'float' } },
      { binding: 2, visibility: FRAGMENT, buffer: { type: 'uniform' } },
    ],
  });
}
