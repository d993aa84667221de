import { type Box, cellCount, intersect } from '../../core/grid/box.js';
import type { ShardSpec, Source } from '../engine.js';
import { BOX_WORDS, bindBoxes, boxStride, boxWords, dispatchBox, makeBoxRecords } from './box-kernel.js';
import type { GuardedDevice } from './guarded-device.js';
import type { BoxKernels } from './kernels.js';
import { MAX_STEPS_PER_SUBMIT } from './pace.js';
import type { Parity, ShardState } from './shard-state.js';

interface FedSource extends Source {
  /** By the parity of the newest level. */
  readonly bindings: readonly [GPUBindGroup, GPUBindGroup];
  readonly pipeline: GPUComputePipeline;
}

/** What a step feeds: the sources' amplitudes, in the cells of a box, which may have none. */
interface Feeding {
  readonly box: Box;
  readonly amplitudes: readonly number[];
}

/** Adds the sources' amplitudes after each step: one dispatch for each source. */
export class Feeder {
  readonly #records: GPUBuffer;
  readonly #stride: number;
  readonly #sources: readonly FedSource[];

  /** Call inside `GuardedDevice.accepted`. */
  constructor(
    private readonly gpu: GuardedDevice,
    kernels: BoxKernels['feed'],
    private readonly state: ShardState,
    sources: NonNullable<ShardSpec['sources']>,
  ) {
    this.#stride = boxStride(gpu);
    this.#records = makeBoxRecords(gpu, 'sources', MAX_STEPS_PER_SUBMIT * sources.length * this.#stride);
    this.#sources = sources.map((source) => {
      const field = state.field(source.component, source.field);
      const kernel = kernels[field.format];
      const bind = (newest: Parity) => bindBoxes(gpu, kernel, this.#records, field.level('now', newest));
      return { ...source, pipeline: kernel.pipeline, bindings: [bind(0), bind(1)] };
    });
  }

  /** Before a submit. What it returns encodes the feeding of that number; `newest` is the level that the step wrote. */
  prepare(batch: readonly Feeding[]): (pass: GPUComputePassEncoder, newest: Parity, step: number) => void {
    const records = new ArrayBuffer(batch.length * this.#sources.length * this.#stride);
    const counts = batch.map(({ box: updated, amplitudes }, step) =>
      this.#sources.map(({ box }, index) => {
        const fed = intersect(box, updated);
        const cells = cellCount(fed);
        if (cells > 0) {
          const record = (step * this.#sources.length + index) * this.#stride;
          new Uint32Array(records, record).set(boxWords(this.state.local(fed), this.state.shape));
          new Float32Array(records, record)[BOX_WORDS.own] = amplitudes[index] as number;
        }
        return cells;
      }),
    );
    this.gpu.device.queue.writeBuffer(this.#records, 0, records);
    return (pass, newest, step) => {
      for (const [index, { pipeline, bindings }] of this.#sources.entries()) {
        const cells = counts[step]?.[index] ?? 0;
        if (cells === 0) continue;
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings[newest], [(step * this.#sources.length + index) * this.#stride]);
        dispatchBox(pass, cells);
      }
    };
  }

  close(): void {
    this.#records.destroy();
  }
}
