import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import { type ForFormats, STEP_BYTES } from './kernels.js';
import { MAX_STEPS_PER_SUBMIT } from './pace.js';
import type { Parity, StateField } from './shard-state.js';

const GROUP = 64;

/** A probed cell: its index in the state array, and its place among the shard's probes. */
export interface ProbedCell {
  readonly cell: number;
  readonly column: number;
}

interface ProbeGroup {
  readonly count: number;
  readonly pipeline: GPUComputePipeline;
  /** By the parity of the newest level. */
  readonly bindings: readonly [GPUBindGroup, GPUBindGroup];
}

/** Copies the probed cells into a row of samples after each step; one dispatch for each probed field. */
export class Sampler {
  readonly #groups: readonly ProbeGroup[];
  readonly #lists: readonly GPUBuffer[];
  readonly #samples: GPUBuffer;
  readonly bytes: number;

  /** Call inside `GuardedDevice.accepted`. `probes` is not empty; `steps` has the shard's step records. */
  constructor(
    gpu: GuardedDevice,
    kernels: ForFormats<Kernel>,
    steps: GPUBuffer,
    probes: ReadonlyMap<StateField, readonly ProbedCell[]>,
  ) {
    const { device } = gpu;
    this.columns = [...probes.values()].reduce((columns, cells) => columns + cells.length, 0);
    this.#samples = device.createBuffer({
      label: 'samples',
      size: MAX_STEPS_PER_SUBMIT * this.columns * 4,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    });
    const made = [...probes].map(([field, cells]) => {
      const list = device.createBuffer({
        label: 'probes',
        size: cells.length * 8,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(list, 0, new Uint32Array(cells.flatMap(({ cell, column }) => [cell, column])));
      const kernel = kernels[field.format];
      const binding = (newest: Parity) =>
        device.createBindGroup({
          layout: kernel.layout,
          entries: [
            { binding: 0, resource: { buffer: steps, size: STEP_BYTES } },
            { binding: 1, resource: { buffer: field.level('now', newest) } },
            { binding: 2, resource: { buffer: list } },
            { binding: 3, resource: { buffer: this.#samples } },
          ],
        });
      const bindings = [binding(0), binding(1)] as const;
      return { list, group: { count: cells.length, pipeline: kernel.pipeline, bindings } };
    });
    this.#groups = made.map(({ group }) => group);
    this.#lists = made.map(({ list }) => list);
    this.bytes = [this.#samples, ...this.#lists].reduce((bytes, { size }) => bytes + size, 0);
  }

  /** Samples in a row. */
  readonly columns: number;

  /** After a step: `newest` is the level it wrote, `offset` that of its record. */
  encode(pass: GPUComputePassEncoder, newest: Parity, offset: number): void {
    for (const { count, pipeline, bindings } of this.#groups) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings[newest], [offset]);
      pass.dispatchWorkgroups(Math.ceil(count / GROUP));
    }
  }

  /** After the pass of a submit: keeps its rows in `target`, from row `first` on. */
  keep(encoder: GPUCommandEncoder, target: GPUBuffer, first: number, rows: number): void {
    const row = this.columns * 4;
    encoder.copyBufferToBuffer(this.#samples, 0, target, first * row, rows * row);
  }

  close(): void {
    this.#samples.destroy();
    for (const list of this.#lists) list.destroy();
  }
}
