import type { GuardedDevice } from './guarded-device.js';

/** Buffers kept for the next read: more than are ever under way at once, for halos and samples. */
const MOST_KEPT = 8;

/** A buffer beyond this is not kept: it is as large as the staging buffer, and belongs to a read of a whole state. */
const LARGEST_KEPT = 4 * 1024 * 1024;

/** The buffers through which the processor reads, used again and again: the same halos are read at every exchange. */
export class Readbacks {
  readonly #free: GPUBuffer[] = [];
  #closed = false;

  constructor(private readonly gpu: GuardedDevice) {}

  /** A buffer of at least so many bytes, to copy into. Goes back with `collect`. */
  take(bytes: number): GPUBuffer {
    const fitting = this.#free.findIndex(({ size }) => size >= bytes && size <= 2 * roundedUp(bytes));
    const [kept] = fitting < 0 ? [] : this.#free.splice(fitting, 1);
    return (
      kept ??
      this.gpu.device.createBuffer({
        label: 'for the processor',
        size: roundedUp(bytes),
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      })
    );
  }

  /** Waits for what was submitted, and copies the buffer's first bytes into `target`. */
  async collect(buffer: GPUBuffer, target: Float32Array | BigUint64Array): Promise<void> {
    try {
      const { byteLength } = target;
      await this.gpu.guard(buffer.mapAsync(GPUMapMode.READ, 0, byteLength).then(() => undefined));
      const bytes = new Uint8Array(buffer.getMappedRange(0, byteLength));
      new Uint8Array(target.buffer, target.byteOffset, byteLength).set(bytes);
      buffer.unmap();
    } catch (error) {
      buffer.destroy();
      throw error;
    }
    if (this.#closed || buffer.size > LARGEST_KEPT) buffer.destroy();
    else this.#free.push(buffer);
    if (this.#free.length > MOST_KEPT) this.#free.shift()?.destroy();
  }

  close(): void {
    this.#closed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }
}

/** To a power of two, so that reads of nearly the same size share a buffer. */
const roundedUp = (bytes: number) => 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
