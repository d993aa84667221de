import type { Volume } from '../../../core/watch/plane.js';
import { SHADES } from '../colours.js';
import {
  BUFFER_COPY_DST,
  FRAGMENT,
  knownOf,
  TEXTURE_BINDING,
  TEXTURE_COPY_DST,
  UNIFORM,
} from '../gpu-usage.js';
import type { Colouring } from '../painting.js';
import { basisOf, radiusOf, type Turn } from './turn.js';
import shader from './volume.wgsl';

const VIEW_BYTES = 80;

/** Draws volumes into square textures of one format. */
export class VolumePass {
  readonly #device: GPUDevice;
  readonly #pipeline: GPURenderPipeline;
  readonly #view: GPUBuffer;
  readonly #shades: GPUTexture;
  #samples: GPUTexture | undefined;
  /** The volume that the texture holds: a turn alone moves no samples. */
  #held: Volume | undefined;

  constructor(device: GPUDevice, format: GPUTextureFormat) {
    this.#device = device;
    const module = device.createShaderModule({ code: shader });
    this.#pipeline = device.createRenderPipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOn(device)] }),
      vertex: { module },
      fragment: { module, targets: [{ format }] },
    });
    this.#view = device.createBuffer({ size: VIEW_BYTES, usage: UNIFORM | BUFFER_COPY_DST });
    this.#shades = device.createTexture({
      size: [SHADES, 1],
      format: 'rgba8unorm',
      usage: TEXTURE_BINDING | TEXTURE_COPY_DST,
    });
  }

  /** `target` has `pixels` rows and columns. */
  draw(
    volume: Volume,
    turn: Turn,
    { table, low, high }: Colouring,
    { target, pixels }: { readonly target: GPUTextureView; readonly pixels: number },
  ): void {
    const { queue } = this.#device;
    const texture = this.#textureOf(volume);
    queue.writeTexture({ texture: this.#shades }, new Uint8Array(table), {}, [SHADES, 1]);
    const { right, up, toward } = basisOf(turn);
    const shape = [volume.columns, volume.rows, volume.layers] as const;
    const ends = [low, high, SHADES, pixels];
    queue.writeBuffer(
      this.#view,
      0,
      Float32Array.of(...right, 0, ...up, 0, ...toward, 0, ...shape, radiusOf(shape), ...ends),
    );
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target, loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(this.#pipeline);
    const entries = [texture.createView(), this.#shades.createView(), { buffer: this.#view }];
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

  #textureOf(volume: Volume): GPUTexture {
    const { layers, rows, columns, values } = volume;
    const held = this.#samples;
    const fits = held?.width === columns && held.height === rows && held.depthOrArrayLayers === layers;
    const texture = fits
      ? held
      : this.#device.createTexture({
          size: [columns, rows, layers],
          dimension: '3d',
          format: 'r32float',
          usage: TEXTURE_BINDING | TEXTURE_COPY_DST,
        });
    if (!fits) held?.destroy();
    this.#samples = texture;
    if (this.#held !== volume) {
      const layout = { bytesPerRow: 4 * columns, rowsPerImage: rows };
      this.#device.queue.writeTexture({ texture }, knownOf(values), layout, [columns, rows, layers]);
      this.#held = volume;
    }
    return texture;
  }
}

/** r32float can be loaded, but not filtered: that has to be said. */
function layoutOn(device: GPUDevice): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: [
      {
        binding: 0,
        visibility: FRAGMENT,
        texture: { sampleType: 'unfilterable-float', viewDimension: '3d' },
      },
      { binding: 1, visibility: FRAGMENT, texture: { sampleType: 'float' } },
      { binding: 2, visibility: FRAGMENT, buffer: { type: 'uniform' } },
    ],
  });
}
