import type { GuardedDevice } from './guarded-device.js';
import type { Readbacks } from './readbacks.js';

/** Submits that are timed at once; one more is not timed. The pace lets fewer be under way. */
const SLOTS = 8;

/** The device's alignment of what queries are resolved to. */
const SLOT_BYTES = 256;

/** No submit may run so long: a clock that says so was reset. */
const LONGEST_S = 10;

/** A submit that is being timed. */
export interface Lap {
  /** For its one compute pass. */
  readonly writes: GPUComputePassTimestampWrites;
  /** After the pass, before the submit. */
  end(encoder: GPUCommandEncoder): void;
  /** After the submit: the seconds that the device took; undefined where its clock cannot be made sense of. */
  seconds(): Promise<number | undefined>;
}

/** Times submits by the device's own clock, where it has one. */
export class Stopwatch {
  readonly #queries: GPUQuerySet | undefined;
  readonly #results: GPUBuffer | undefined;
  readonly #free = Array.from({ length: SLOTS }, (_, slot) => slot);

  constructor(
    gpu: GuardedDevice,
    private readonly readbacks: Readbacks,
  ) {
    const { device } = gpu;
    if (!device.features.has('timestamp-query')) return;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * SLOTS });
    this.#results = device.createBuffer({
      label: 'times',
      size: SLOTS * SLOT_BYTES,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** Undefined where the device has no clock, or too much is timed already. */
  start(): Lap | undefined {
    const [querySet, results] = [this.#queries, this.#results];
    const slot = querySet && this.#free.pop();
    if (!querySet || !results || slot === undefined) return undefined;
    const times = new BigUint64Array(2);
    const readback = this.readbacks.take(times.byteLength);
    return {
      writes: { querySet, beginningOfPassWriteIndex: 2 * slot, endOfPassWriteIndex: 2 * slot + 1 },
      end: (encoder) => {
        encoder.resolveQuerySet(querySet, 2 * slot, 2, results, slot * SLOT_BYTES);
        encoder.copyBufferToBuffer(results, slot * SLOT_BYTES, readback, 0, times.byteLength);
      },
      seconds: async () => {
        await this.readbacks.collect(readback, times).finally(() => this.#free.push(slot));
        const [begin = 0n, end = 0n] = times;
        const seconds = Number(end - begin) * 1e-9;
        return seconds > 0 && seconds < LONGEST_S ? seconds : undefined;
      },
    };
  }

  close(): void {
    this.#queries?.destroy();
    this.#results?.destroy();
  }
}
