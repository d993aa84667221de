import type { Plane } from '../../core/watch/plane.js';
import { SHADES } from './colours.js';
import { knownOf, TEXTURE_BINDING, TEXTURE_COPY_DST } from './gpu-usage.js';
import type { Colouring } from './painting.js';
import { PicturePass } from './picture-pass.js';
import shader from './plane.wgsl';

/** Draws planes into textures of one format, a pixel a sample. */
export class PlanePass {
  readonly #device: GPUDevice;
  readonly #pass: PicturePass;
  #samples: GPUTexture | undefined;

  constructor(device: GPUDevice, format: GPUTextureFormat) {
    this.#device = device;
    this.#pass = new PicturePass(device, { format, shader, dimension: '2d', bytes: 16 });
  }

  /** `target` has a plane's size: its columns across, its rows down. */
  draw({ rows, columns, values }: Plane, colouring: Colouring, target: GPUTextureView): void {
    const texture = this.#samplesOf(columns, rows);
    this.#device.queue.writeTexture({ texture }, knownOf(values), { bytesPerRow: 4 * columns }, [
      columns,
      rows,
    ]);
    const { low, high } = colouring;
    this.#pass.draw(texture, colouring, Float32Array.of(low, high, SHADES, rows), target);
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
