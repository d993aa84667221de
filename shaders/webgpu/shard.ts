import { EngineError } from '../../core/errors.js';
import { cellCount, hasCell } from '../../core/grid/box.js';
import type { Advance, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { checkData, checkSlabs, checkUpdates } from '../shard-checks.js';
import { Turns } from '../turns.js';
import type { Kernel } from './kernel.js';
import { constantsBytes, type ForFormats, STEP_BYTES } from './kernels.js';
import { MAX_STEPS_PER_SUBMIT, type Pace } from './pace.js';
import { type PartTools, ShardPart } from './part.js';
import type { Part } from './parts.js';
import { type Piece, Pieces } from './pieces.js';
import type { Readbacks } from './readbacks.js';
import { type ProbedCell, Sampler } from './sampler.js';
import { Seams } from './seams.js';
import type { Parity, StateField } from './shard-state.js';
import type { Stopwatch } from './stopwatch.js';
import { reachOf } from './workgroup.js';

/** What a device lends to all of its shards. */
export interface ShardTools extends Omit<PartTools, 'constants' | 'steps'> {
  readonly pace: Pace;
  readonly readbacks: Readbacks;
  readonly stopwatch: Stopwatch;
  readonly sample: ForFormats<Kernel>;
}

export class WebgpuShard implements EngineShard {
  readonly bytes: number;
  readonly #turns = new Turns();
  readonly #parts: readonly ShardPart[];
  /** Where there is more than one part. */
  readonly #seams: Seams | undefined;
  readonly #sampler: Sampler | undefined;
  readonly #constants: GPUBuffer;
  readonly #steps: GPUBuffer;
  readonly #stepStride: number;
  #newest: Parity = 0;
  #closed = false;

  /** Call inside `GuardedDevice.accepted`, with a checked spec, and the parts that `cutIntoParts` made of it. */
  constructor(
    private readonly tools: ShardTools,
    private readonly spec: ShardSpec,
    parts: readonly Part[],
  ) {
    const { device } = tools.gpu;
    const { model } = spec.model;
    this.#stepStride = Math.max(STEP_BYTES, device.limits.minUniformBufferOffsetAlignment);
    this.#steps = device.createBuffer({
      label: 'steps',
      size: MAX_STEPS_PER_SUBMIT * parts.length * this.#stepStride,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#constants = device.createBuffer({
      label: 'constants',
      size: constantsBytes(model.constants.length),
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const constants = Float32Array.from(model.constants, (name) => spec.constants[name] ?? Number.NaN);
    device.queue.writeBuffer(this.#constants, 0, constants);
    const partTools = { ...tools, constants: this.#constants, steps: this.#steps };
    this.#parts = parts.map((part) => new ShardPart(partTools, spec, part, parts.length > 1));
    this.#seams = parts.length > 1 ? new Seams(spec, this.#parts) : undefined;
    const probes = probedCells(this.#parts, spec);
    this.#sampler = probes.size > 0 ? new Sampler(tools.gpu, tools.sample, this.#steps, probes) : undefined;
    const states = this.#parts.reduce((sum, { state }) => sum + state.bytes, 0);
    this.bytes = states + this.#steps.size + this.#constants.size + (this.#sampler?.bytes ?? 0);
  }

  write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    return this.#turns.take(async () => {
      this.#check();
      checkSlabs(this.spec, slabs);
      checkData(slabs, data);
      const finish = await this.tools.transfer.write(this.#regions(slabs), data);
      this.#renewSeams(slabs);
      return finish;
    });
  }

  read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    return this.#turns.take(async () => {
      this.#check();
      checkSlabs(this.spec, slabs);
      if (into) checkData(slabs, into);
      return this.tools.transfer.read(this.#regions(slabs), into);
    });
  }

  advance(updates: readonly Update[]): Promise<Advance> {
    return this.#turns.take(async () => {
      this.#check();
      checkUpdates(this.spec, updates);
      const { pace, readbacks } = this.tools;
      const samples = new Float32Array(updates.length * (this.#sampler?.columns ?? 0));
      const readback = samples.length > 0 ? readbacks.take(samples.byteLength) : undefined;
      const submits: Promise<number>[] = [];
      const pieces = new Pieces(updates, this.spec.components, reachOf(this.tools.workgroup));
      let sampled = 0;
      for (let batch = pieces.take(pace); batch.length > 0; batch = pieces.take(pace)) {
        await pace.room();
        this.#check();
        const steps = batch.filter(({ ends }) => ends).length;
        const timed = this.#submit(batch, (encoder) => {
          if (readback && steps > 0) this.#sampler?.keep(encoder, readback, sampled, steps);
        });
        const cells = batch.reduce((sum, { box }) => sum + cellCount(box), 0) * this.spec.components;
        submits.push(pace.track(cells, timed));
        sampled += steps;
      }
      return async () => {
        const seconds = (await Promise.all(submits)).reduce((sum, each) => sum + each, 0);
        if (readback) await readbacks.collect(readback, samples);
        return { samples, seconds };
      };
    });
  }

  swapLevels(): Promise<void> {
    return this.#turns.take(async () => {
      this.#check();
      this.#newest = this.#newest === 0 ? 1 : 0;
      return async () => undefined;
    });
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#closed) {
        this.#closed = true;
        for (const part of this.#parts) part.close();
        this.#sampler?.close();
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

  #regions(slabs: readonly Slab[]) {
    return slabs.flatMap((slab) => this.#parts.flatMap((part) => part.regions(slab, this.#newest)));
  }

  /** After cells were written. */
  #renewSeams(slabs: readonly Slab[]): void {
    const seams = this.#seams;
    if (!seams) return;
    const { device } = this.tools.gpu;
    const encoder = device.createCommandEncoder();
    for (const level of new Set(slabs.map((slab) => slab.level))) seams.encode(encoder, level, this.#newest);
    device.queue.submit([encoder.finish()]);
  }

  /** One submit: pieces of steps of every component, and their samples. Resolves to the seconds, where the device tells. */
  #submit(
    pieces: readonly Piece[],
    atEnd: (encoder: GPUCommandEncoder) => void,
  ): Promise<number | undefined> | undefined {
    const { gpu, stopwatch } = this.tools;
    const { device } = gpu;
    const offsetOf = (piece: number, part: number) => (piece * this.#parts.length + part) * this.#stepStride;
    device.queue.writeBuffer(this.#steps, 0, this.#records(pieces, offsetOf));
    const feeds = this.#parts.map((part) => part.prepareFeeding(pieces));
    const encoder = device.createCommandEncoder();
    // Copies between parts cut the pass into many, and a lap is of one.
    const lap = this.#seams ? undefined : stopwatch.start();
    let pass = encoder.beginComputePass(lap && { timestampWrites: lap.writes });
    for (const [index, piece] of pieces.entries()) {
      if (piece.begins) for (const part of this.#parts) part.mirror(pass, this.#newest);
      for (const [number, part] of this.#parts.entries()) {
        part.update(pass, piece, this.#newest, offsetOf(index, number));
      }
      if (!piece.ends) continue;
      this.#newest = this.#newest === 0 ? 1 : 0;
      for (const feed of feeds) feed?.(pass, this.#newest, index);
      this.#sampler?.encode(pass, this.#newest, offsetOf(index, 0));
      if (this.#seams) {
        pass.end();
        this.#seams.encode(encoder, 'now', this.#newest);
        pass = encoder.beginComputePass();
      }
    }
    pass.end();
    lap?.end(encoder);
    atEnd(encoder);
    device.queue.submit([encoder.finish()]);
    return lap?.seconds();
  }

  #records(pieces: readonly Piece[], offsetOf: (piece: number, part: number) => number): ArrayBuffer {
    const records = new ArrayBuffer(offsetOf(pieces.length, 0));
    let row = 0;
    for (const [index, piece] of pieces.entries()) {
      for (const [number, part] of this.#parts.entries()) {
        part.record(piece, row, records, offsetOf(index, number));
      }
      if (piece.ends) row += this.#sampler?.columns ?? 0;
    }
    return records;
  }
}

/** The spec's probes by the array they read: that of the part whose core has the cell. */
function probedCells(parts: readonly ShardPart[], { probes }: ShardSpec): Map<StateField, ProbedCell[]> {
  const cells = new Map<StateField, ProbedCell[]>();
  for (const [column, { component, field: name, cell }] of probes.entries()) {
    const part = parts.find(({ core }) => hasCell(core, cell));
    if (!part) throw new TypeError('a probe in no part');
    const field = part.field(component, name);
    const of = cells.get(field) ?? [];
    of.push({ cell: part.state.index(cell), column });
    cells.set(field, of);
  }
  return cells;
}
