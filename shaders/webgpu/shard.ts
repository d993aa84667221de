import { EngineError } from '../../core/errors.js';
import { cellCount, shapeOf } from '../../core/grid/box.js';
import type { Advance, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { ghostSlabs } from '../mirrors.js';
import { checkData, checkSlabs, checkUpdates } from '../shard-checks.js';
import { Feeder } from './feeder.js';
import { Ghosts } from './ghosts.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import { type BoxKernels, constantsBytes, STEP_BYTES } from './kernels.js';
import { MAX_STEPS_PER_SUBMIT, type Pace } from './pace.js';
import { type ProbedCell, Sampler } from './sampler.js';
import { type Parity, ShardState, type StateField } from './shard-state.js';
import { copyMapped, type Transfer } from './transfer.js';
import { Turns } from './turns.js';
import { BINDING, mediaBindings, STEP_WORDS, stateBindings } from './update-source.js';

/** Invocations of a workgroup along z, y, x: long in x, where neighbours in memory are. */
export const WORKGROUP = [1, 2, 64] as const;

/** What a device lends to all of its shards. */
export interface ShardTools {
  readonly gpu: GuardedDevice;
  readonly transfer: Transfer;
  readonly pace: Pace;
  readonly update: Kernel;
  readonly sample: Kernel;
  readonly boxes: BoxKernels;
}

export class WebgpuShard implements EngineShard {
  readonly bytes: number;
  readonly #turns = new Turns();
  readonly #state: ShardState;
  readonly #sampler: Sampler | undefined;
  readonly #ghosts: Ghosts | undefined;
  readonly #feeder: Feeder | undefined;
  readonly #constants: GPUBuffer;
  readonly #steps: GPUBuffer;
  readonly #stepStride: number;
  /** One for each component; inside, by the parity of the newest level before the step. */
  readonly #bindings: readonly (readonly [GPUBindGroup, GPUBindGroup])[];
  #newest: Parity = 0;
  #closed = false;

  /** Call inside `GuardedDevice.accepted`, with a checked spec. */
  constructor(
    private readonly tools: ShardTools,
    private readonly spec: ShardSpec,
  ) {
    const { gpu, transfer, sample, boxes } = tools;
    const { device } = gpu;
    const { model } = spec.model;
    this.#stepStride = Math.max(STEP_BYTES, device.limits.minUniformBufferOffsetAlignment);
    this.#steps = device.createBuffer({
      label: 'steps',
      size: MAX_STEPS_PER_SUBMIT * this.#stepStride,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#constants = device.createBuffer({
      label: 'constants',
      size: constantsBytes(model.constants.length),
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const constants = Float32Array.from(model.constants, (name) => spec.constants[name] ?? Number.NaN);
    device.queue.writeBuffer(this.#constants, 0, constants);
    this.#state = new ShardState(gpu, transfer, spec);
    this.#bindings = Array.from({ length: spec.components }, (_, component) => [
      this.#bind(spec, component, 0),
      this.#bind(spec, component, 1),
    ]);
    const { sources = [] } = spec;
    this.#ghosts = ghostSlabs(spec).length > 0 ? new Ghosts(gpu, boxes.mirror, this.#state, spec) : undefined;
    this.#feeder = sources.length > 0 ? new Feeder(gpu, boxes.feed, this.#state, sources) : undefined;
    const probes = probedCells(this.#state, spec);
    this.#sampler = probes.size > 0 ? new Sampler(gpu, sample, this.#steps, probes) : undefined;
    this.bytes = this.#state.bytes + this.#steps.size + this.#constants.size + (this.#sampler?.bytes ?? 0);
  }

  write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    return this.#turns.take(async () => {
      this.#check();
      checkSlabs(this.spec, slabs);
      checkData(slabs, data);
      return this.tools.transfer.write(this.#state.regions(slabs, this.#newest), this.#state.shape, data);
    });
  }

  read(slabs: readonly Slab[]): Promise<Float32Array> {
    return this.#turns.take(async () => {
      this.#check();
      checkSlabs(this.spec, slabs);
      return this.tools.transfer.read(this.#state.regions(slabs, this.#newest), this.#state.shape);
    });
  }

  advance(updates: readonly Update[]): Promise<Advance> {
    return this.#turns.take(async () => {
      this.#check();
      checkUpdates(this.spec, updates);
      const { gpu, pace } = this.tools;
      const samples = new Float32Array(updates.length * (this.#sampler?.columns ?? 0));
      const readback = samples.length > 0 ? this.#sampler?.makeReadback(updates.length) : undefined;
      const cells = updates.map(({ box }) => cellCount(box) * this.#bindings.length);
      const submits: Promise<number>[] = [];
      for (let first = 0; first < updates.length; ) {
        await pace.room();
        this.#check();
        const steps = pace.stepsPerSubmit(Math.max(...cells.slice(first, first + MAX_STEPS_PER_SUBMIT)));
        const batch = updates.slice(first, first + steps);
        this.#submit(batch, (encoder) => {
          if (readback) this.#sampler?.keep(encoder, readback, first, batch.length);
        });
        const updated = cells.slice(first, first + batch.length).reduce((sum, count) => sum + count, 0);
        submits.push(pace.track(updated));
        first += batch.length;
      }
      return async () => {
        const seconds = (await Promise.all(submits)).reduce((sum, each) => sum + each, 0);
        if (readback) await copyMapped(gpu, readback, samples);
        return { samples, seconds };
      };
    });
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#closed) {
        this.#closed = true;
        this.#state.close();
        this.#sampler?.close();
        this.#ghosts?.close();
        this.#feeder?.close();
        this.#steps.destroy();
        this.#constants.destroy();
      }
      return async () => undefined;
    });
  }

  #check(): void {
    if (this.#closed) throw new EngineError('the shard is closed');
    this.tools.gpu.check();
  }

  /** One submit: every step of every component, and its samples. */
  #submit(batch: readonly Update[], atEnd: (encoder: GPUCommandEncoder) => void): void {
    const { gpu, update } = this.tools;
    const { device } = gpu;
    const boxes = batch.map(({ box }) => this.#state.local(box));
    device.queue.writeBuffer(this.#steps, 0, this.#stepRecords(batch));
    const feed = this.#feeder?.prepare(batch);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [index, box] of boxes.entries()) {
      const [nz, ny, nx] = shapeOf(box);
      const offset = index * this.#stepStride;
      this.#ghosts?.encode(pass, this.#newest);
      pass.setPipeline(update.pipeline);
      for (const bindings of this.#bindings) {
        pass.setBindGroup(0, bindings[this.#newest], [offset]);
        pass.dispatchWorkgroups(
          Math.ceil(nx / WORKGROUP[2]),
          Math.ceil(ny / WORKGROUP[1]),
          Math.ceil(nz / WORKGROUP[0]),
        );
      }
      this.#newest = this.#newest === 0 ? 1 : 0;
      feed?.(pass, this.#newest, index);
      this.#sampler?.encode(pass, this.#newest, offset);
    }
    pass.end();
    atEnd(encoder);
    device.queue.submit([encoder.finish()]);
  }

  #stepRecords(batch: readonly Update[]): ArrayBuffer {
    const records = new ArrayBuffer(batch.length * this.#stepStride);
    for (const [index, { box, time }] of batch.entries()) {
      const integers = new Uint32Array(records, index * this.#stepStride, STEP_WORDS.length);
      const { lo, hi } = this.#state.local(box);
      integers.set(lo.toReversed(), STEP_WORDS.lo);
      integers.set(hi.toReversed(), STEP_WORDS.hi);
      integers[STEP_WORDS.row] = index * (this.#sampler?.columns ?? 0);
      new Float32Array(records, index * this.#stepStride, STEP_WORDS.length)[STEP_WORDS.time] = time;
    }
    return records;
  }

  #bind(spec: ShardSpec, component: number, newest: Parity): GPUBindGroup {
    const { model } = spec.model;
    const bound = [...stateBindings(model), ...mediaBindings(model, spec.media ?? {})];
    const states = bound.map(({ field, level }, index) => ({
      binding: BINDING.firstState + index,
      resource: { buffer: this.#state.field(component, field).level(level, newest) },
    }));
    return this.tools.gpu.device.createBindGroup({
      layout: this.tools.update.layout,
      entries: [
        { binding: BINDING.constants, resource: { buffer: this.#constants } },
        { binding: BINDING.step, resource: { buffer: this.#steps, size: STEP_BYTES } },
        ...states,
      ],
    });
  }
}

/** The spec's probes by the array they read. */
function probedCells(state: ShardState, { probes }: ShardSpec): Map<StateField, ProbedCell[]> {
  const cells = new Map<StateField, ProbedCell[]>();
  for (const [column, { component, field: name, cell }] of probes.entries()) {
    const field = state.field(component, name);
    const of = cells.get(field) ?? [];
    of.push({ cell: state.index(cell), column });
    cells.set(field, of);
  }
  return cells;
}
