import { cellCount } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import { ghostSlabs } from '../mirrors.js';
import { bindBoxes, boxStride, boxWords, dispatchBox, makeBoxRecords } from './box-kernel.js';
import { waveFormat } from './cell-format.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import type { BoxKernels } from './kernels.js';
import type { Parity, ShardState } from './shard-state.js';

/** Fills the ghost cells of every wave before a step: one dispatch for each face and field. */
export class Ghosts {
  readonly #kernel: Kernel;
  readonly #records: GPUBuffer;
  readonly #stride: number;
  readonly #cells: readonly number[];
  /** One for each component's wave fields; inside, by the parity of the newest level. */
  readonly #bindings: readonly (readonly [GPUBindGroup, GPUBindGroup])[];

  /** Call inside `GuardedDevice.accepted`, with a spec that has ghost cells. */
  constructor(gpu: GuardedDevice, kernels: BoxKernels['mirror'], state: ShardState, spec: ShardSpec) {
    const kernel = kernels[waveFormat(spec)];
    this.#kernel = kernel;
    const slabs = ghostSlabs(spec);
    this.#cells = slabs.map(({ box }) => cellCount(box));
    this.#stride = boxStride(gpu);
    this.#records = makeBoxRecords(gpu, 'ghosts', slabs.length * this.#stride);
    for (const [index, { axis, side, box }] of slabs.entries()) {
      const layers = side === 'lo' ? box.hi[axis] - box.lo[axis] : 0;
      const words = Uint32Array.of(...boxWords(state.local(box), state.shape), axis, layers);
      gpu.device.queue.writeBuffer(this.#records, index * this.#stride, words);
    }
    const waves = spec.model.model.fields.filter(({ kind }) => kind === 'wave');
    this.#bindings = Array.from({ length: spec.components }, (_, component) =>
      waves.map(({ name }) => {
        const bind = (newest: Parity) =>
          bindBoxes(gpu, kernel, this.#records, state.field(component, name).level('now', newest));
        return [bind(0), bind(1)] as const;
      }),
    ).flat();
  }

  /** Before a step: `newest` is the level that it reads. */
  encode(pass: GPUComputePassEncoder, newest: Parity): void {
    pass.setPipeline(this.#kernel.pipeline);
    for (const [index, cells] of this.#cells.entries()) {
      for (const bindings of this.#bindings) {
        pass.setBindGroup(0, bindings[newest], [index * this.#stride]);
        dispatchBox(pass, cells);
      }
    }
  }

  close(): void {
    this.#records.destroy();
  }
}
