import { type Box, cellCount, intersect, shapeOf } from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';
import { ghostSlabs } from '../mirrors.js';
import { CELLS_OF_WORD, waveFormat } from './cell-format.js';
import { Feeder } from './feeder.js';
import { Ghosts } from './ghosts.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import { type BoxKernels, STEP_BYTES } from './kernels.js';
import { lineOf } from './memory-shape.js';
import type { Part } from './parts.js';
import type { Piece } from './pieces.js';
import { type Parity, ShardState, type StateField } from './shard-state.js';
import type { Region, Transfer } from './transfer.js';
import { BINDING, mediaBindings, STEP_WORDS, stateBindings } from './update-source.js';
import type { Workgroup } from './workgroup.js';

/** What a device lends to all parts of a shard. */
export interface PartTools {
  readonly gpu: GuardedDevice;
  readonly transfer: Transfer;
  readonly update: Kernel;
  readonly workgroup: Workgroup;
  readonly boxes: BoxKernels;
  readonly constants: GPUBuffer;
  /** A record of STEP_BYTES for each dispatch, at the offset that `update` is told. */
  readonly steps: GPUBuffer;
}

/** One set of buffers of a shard, most often its only one, and what happens in it at a step. */
export class ShardPart {
  readonly core: Box;
  readonly state: ShardState;
  readonly #ghosts: Ghosts | undefined;
  readonly #feeder: Feeder | undefined;
  /** One for each component; inside, by the parity of the newest level before the step. */
  readonly #bindings: readonly (readonly [GPUBindGroup, GPUBindGroup])[];

  /** Call inside `GuardedDevice.accepted`, with a checked spec. */
  constructor(
    private readonly tools: PartTools,
    private readonly spec: ShardSpec,
    { core, frame }: Part,
    copied: boolean,
  ) {
    const { gpu, transfer, boxes } = tools;
    const { sources = [], domain = spec.frame } = spec;
    const own: ShardSpec = { ...spec, frame, domain: intersect(domain, frame) };
    this.core = core;
    this.state = new ShardState(gpu, transfer, own, copied);
    this.#bindings = Array.from({ length: spec.components }, (_, component) => [
      this.#bind(component, 0),
      this.#bind(component, 1),
    ]);
    this.#ghosts = ghostSlabs(own).length > 0 ? new Ghosts(gpu, boxes.mirror, this.state, own) : undefined;
    this.#feeder = sources.length > 0 ? new Feeder(gpu, boxes.feed, this.state, sources) : undefined;
  }

  /** The parts of checked slabs that lie in the core, in the slabs' order. */
  regions({ box, ...array }: Slab, newest: Parity): readonly Region[] {
    return this.state.regions([{ ...array, box: intersect(box, this.core) }], newest);
  }

  field(component: number, name: string): StateField {
    return this.state.field(component, name);
  }

  /** Before the first piece of a step: `newest` is the level that it reads. */
  mirror(pass: GPUComputePassEncoder, newest: Parity): void {
    this.#ghosts?.encode(pass, newest);
  }

  /** Writes the record of a piece, as `update` needs it, at word `at` of `records`. */
  record({ update: { time }, box }: Piece, row: number, records: ArrayBuffer, at: number): void {
    const integers = new Uint32Array(records, at, STEP_WORDS.length);
    const { lo, hi } = this.state.local(intersect(box, this.core));
    integers.set(lo.toReversed(), STEP_WORDS.lo);
    integers.set(hi.toReversed(), STEP_WORDS.hi);
    integers[STEP_WORDS.row] = row;
    new Float32Array(records, at, STEP_WORDS.length)[STEP_WORDS.time] = time;
  }

  /** Updates the piece's cells of every component, with the record at `offset`. */
  update(pass: GPUComputePassEncoder, { box }: Piece, newest: Parity, offset: number): void {
    const updated = this.state.local(intersect(box, this.core));
    if (cellCount(updated) === 0) return;
    const { update, workgroup } = this.tools;
    const {
      invocations: [wz, wy, wx],
      march,
    } = workgroup;
    const [nz, ny, nx] = shapeOf(updated);
    const format = waveFormat(this.spec);
    const before = updated.lo[2] % lineOf(this.state.shape, format);
    pass.setPipeline(update.pipeline);
    for (const bindings of this.#bindings) {
      pass.setBindGroup(0, bindings[newest], [offset]);
      pass.dispatchWorkgroups(
        Math.ceil((before + nx) / (wx * CELLS_OF_WORD[format])),
        Math.ceil(ny / wy),
        Math.ceil(nz / (wz * march)),
      );
    }
  }

  /** Before a submit. What it returns encodes the feeding after its piece of that number; `newest` is the level that the step wrote. */
  prepareFeeding(pieces: readonly Piece[]) {
    return this.#feeder?.prepare(
      pieces.map(({ update, ends }) => {
        const fed = ends ? intersect(update.box, this.core) : { lo: this.core.lo, hi: this.core.lo };
        return { box: fed, amplitudes: update.amplitudes ?? [] };
      }),
    );
  }

  close(): void {
    this.state.close();
    this.#ghosts?.close();
    this.#feeder?.close();
  }

  #bind(component: number, newest: Parity): GPUBindGroup {
    const { model } = this.spec.model;
    const bound = [...stateBindings(model), ...mediaBindings(model, this.spec.media ?? {})];
    const states = bound.map(({ field, level }, index) => ({
      binding: BINDING.firstState + index,
      resource: { buffer: this.state.field(component, field).level(level, newest) },
    }));
    return this.tools.gpu.device.createBindGroup({
      layout: this.tools.update.layout,
      entries: [
        { binding: BINDING.constants, resource: { buffer: this.tools.constants } },
        { binding: BINDING.step, resource: { buffer: this.tools.steps, size: STEP_BYTES } },
        ...states,
      ],
    });
  }
}
