import { type Box, cellCount, isEmpty, shapeOf, shift, type Triple } from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';
import { BYTES_OF_CELL, type CellFormat, formatOf, waveFormat } from './cell-format.js';
import type { GuardedDevice } from './guarded-device.js';
import { arrayBytes, memoryShape } from './memory-shape.js';
import type { Region, Transfer } from './transfer.js';
import { mediaBindings } from './update-source.js';

/** Which of a wave field's two buffers holds the newest level. */
export type Parity = 0 | 1;

/** One component's field: two buffers that take turns, or one. */
export class StateField {
  readonly #arrays: readonly { readonly buffer: GPUBuffer; readonly transfer: GPUBindGroup }[];

  constructor(
    readonly kind: 'wave' | 'tracker',
    readonly format: CellFormat,
    buffers: readonly GPUBuffer[],
    transfer: Transfer,
  ) {
    this.#arrays = buffers.map((buffer) => ({ buffer, transfer: transfer.bind(buffer) }));
  }

  level(level: 'now' | 'before', newest: Parity): GPUBuffer {
    return this.#array(level, newest).buffer;
  }

  bound(level: 'now' | 'before', newest: Parity): GPUBindGroup {
    return this.#array(level, newest).transfer;
  }

  close(): void {
    for (const { buffer } of this.#arrays) buffer.destroy();
  }

  #array(level: 'now' | 'before', newest: Parity) {
    const index = this.kind === 'wave' && (level === 'now') !== (newest === 0) ? 1 : 0;
    const array = this.#arrays[index];
    if (!array) throw new TypeError('a state array that was never made');
    return array;
  }
}

/** The state arrays of a shard, or of a part of one, over its frame: each its own buffer, so that it may be as large as one binding. */
export class ShardState {
  readonly frame: Box;
  /** Of the arrays in memory: the frame's, with rows that may be padded. */
  readonly shape: Triple;
  readonly bytes: number;
  readonly #components: readonly ReadonlyMap<string, StateField>[];
  readonly #media: ReadonlyMap<string, StateField>;

  /**
   * Call inside `GuardedDevice.accepted`: WebGPU hands out buffers full of zeros, or an error. `copied`: layers are
   * copied from and to these arrays.
   */
  constructor(gpu: GuardedDevice, transfer: Transfer, spec: ShardSpec, copied: boolean) {
    this.frame = spec.frame;
    this.shape = memoryShape(shapeOf(spec.frame), waveFormat(spec));
    const copies = copied ? GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST : 0;
    let bytes = 0;
    const make = (label: string, kind: 'wave' | 'tracker') => {
      const format = formatOf(kind, spec);
      const levels = Array.from({ length: kind === 'wave' ? 2 : 1 }, () => {
        const size = arrayBytes(this.shape, format);
        bytes += size;
        return gpu.device.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE | copies });
      });
      return new StateField(kind, format, levels, transfer);
    };
    this.#components = Array.from(
      { length: spec.components },
      (_, component) =>
        new Map(spec.model.model.fields.map(({ name, kind }) => [name, make(`${name}.${component}`, kind)])),
    );
    const media = mediaBindings(spec.model.model, spec.media ?? {});
    this.#media = new Map(media.map(({ field }) => [field, make(field, 'tracker')]));
    this.bytes = bytes;
  }

  /** A component's field, or a medium, which all components share. */
  field(component: number, name: string): StateField {
    const field = this.#media.get(name) ?? this.#components[component]?.get(name);
    if (!field) throw new TypeError(`no field ${name} of component ${component} was ever made`);
    return field;
  }

  /** Checked slabs, as the transfer takes them. Empty ones are left out. */
  regions(slabs: readonly Slab[], newest: Parity): readonly Region[] {
    return slabs
      .filter(({ box }) => !isEmpty(box))
      .map(({ component, field, level, box }) => ({
        array: this.field(component, field).bound(level, newest),
        format: this.field(component, field).format,
        box: this.local(box),
        shape: this.shape,
      }));
  }

  /** The box in coordinates of the frame's first cell. */
  local(box: Box): Box {
    const [z, y, x] = this.frame.lo;
    return shift(box, [-z, -y, -x]);
  }

  /** Index of a cell in each state array. */
  index([z, y, x]: Triple): number {
    const { lo } = this.frame;
    const [, ny, pitch] = this.shape;
    return ((z - lo[0]) * ny + (y - lo[1])) * pitch + (x - lo[2]);
  }

  close(): void {
    for (const component of this.#components) for (const field of component.values()) field.close();
    for (const medium of this.#media.values()) medium.close();
  }
}

/** Bytes of the cells of a shard, whole: its state and its media. */
export function stateBytes({ frame, ...spec }: ShardSpec): number {
  const { model, components, media = {} } = spec;
  const fields = model.model.fields.map(({ kind }) => {
    return (kind === 'wave' ? 2 : 1) * BYTES_OF_CELL[formatOf(kind, spec)];
  });
  const kept = mediaBindings(model.model, media).length * BYTES_OF_CELL.f32;
  return cellCount(frame) * (components * fields.reduce((sum, bytes) => sum + bytes, 0) + kept);
}

/** Of the arrays of a shard, those that take the most. */
export function largestFormat({ model, media = {}, ...spec }: ShardSpec): CellFormat {
  const onlyWaves = model.model.fields.every(({ kind }) => kind === 'wave');
  return onlyWaves && mediaBindings(model.model, media).length === 0 ? waveFormat(spec) : 'f32';
}
