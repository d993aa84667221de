import type { Volume } from '../../../core/watch/plane.js';
import { SHADES } from '../colours.js';
import { knownOf, TEXTURE_BINDING, TEXTURE_COPY_DST } from '../gpu-usage.js';
import type { Colouring } from '../painting.js';
import { PicturePass } from '../picture-pass.js';
import { basisOf, radiusOf, type Turn } from './turn.js';
import shader from './volume.wgsl';

const VIEW_BYTES = 80;

/** Draws volumes into square textures of one format. */
export class VolumePass {
  readonly #device: GPUDevice;
  readonly #pass: PicturePass;
  #samples: GPUTexture | undefined;
  /** The volume that the texture holds: a turn alone moves no samples. */
  #held: Volume | undefined;

  constructor(device: GPUDevice, format: GPUTextureFormat) {
    this.#device = device;
    this.#pass = new PicturePass(device, { format, shader, dimension: '3d', bytes: VIEW_BYTES });
  }

  /** `target` has `pixels` rows and columns. */
  draw(
    volume: Volume,
    turn: Turn,
    colouring: Colouring,
    { target, pixels }: { readonly target: GPUTextureView; readonly pixels: number },
  ): void {
    const { low, high } = colouring;
    const { right, up, toward } = basisOf(turn);
    const shape = [volume.columns, volume.rows, volume.layers] as const;
    const ends = [low, high, SHADES, pixels];
    const view = Float32Array.of(...right, 0, ...up, 0, ...toward, 0, ...shape, radiusOf(shape), ...ends);
    this.#pass.draw(this.#textureOf(volume), colouring, view, target);
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
