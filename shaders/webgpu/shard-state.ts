import {
  type Box,
  boxOfShape,
  cellCount,
  contains,
  shapeOf,
  shift,
  type Triple,
} from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Region, Transfer } from './transfer.js';

/** Which of a wave field's two buffers holds the newest level. */
export type Parity = 0 | 1;

/** One component's field: two buffers that take turns, or one. */
export class StateField {
  readonly #arrays: readonly { readonly buffer: GPUBuffer; readonly transfer: GPUBindGroup }[];

  constructor(
    readonly kind: 'wave' | 'tracker',
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
    if (!array) throw new RangeError('a state array that was never made');
    return array;
  }
}

/** All state arrays of a shard, each its own buffer, so that a component may be as large as one binding. */
export class ShardState {
  readonly shape: Triple;
  readonly bytes: number;
  readonly #components: readonly ReadonlyMap<string, StateField>[];

  /** Call inside `GuardedDevice.accepted`: WebGPU hands out buffers full of zeros, or an error. */
  constructor(
    gpu: GuardedDevice,
    transfer: Transfer,
    private readonly spec: ShardSpec,
  ) {
    const size = cellCount(spec.frame) * 4;
    const usage = GPUBufferUsage.STORAGE;
    const make = (label: string) => gpu.device.createBuffer({ label, size, usage });
    this.shape = shapeOf(spec.frame);
    this.#components = Array.from(
      { length: spec.components },
      (_, component) =>
        new Map(
          spec.model.model.fields.map(({ name, kind }) => {
            const label = `${name}.${component}`;
            const buffers = kind === 'wave' ? [make(label), make(label)] : [make(label)];
            return [name, new StateField(kind, buffers, transfer)];
          }),
        ),
    );
    this.bytes = stateBytes(spec);
  }

  /** Throws RangeError where the shard has no such array. */
  field(component: number, name: string): StateField {
    const field = this.#components[component]?.get(name);
    if (!field) throw new RangeError(`no field ${name} of component ${component} in this shard`);
    return field;
  }

  /** Throws RangeError where a slab is not of this shard. Empty ones are left out. */
  regions(slabs: readonly Slab[], newest: Parity): readonly Region[] {
    const regions = slabs.map(({ component, field: name, level, box }) => {
      const field = this.field(component, name);
      if (level === 'before' && field.kind !== 'wave') {
        throw new RangeError(`field ${name} is a tracker: it has no level before`);
      }
      return { array: field.bound(level, newest), box: this.local(box) };
    });
    return regions.filter(({ box }) => cellCount(box) > 0);
  }

  /** The box in coordinates of the frame's first cell. Throws RangeError where it leaves the frame. */
  local(box: Box): Box {
    const [z, y, x] = this.spec.frame.lo;
    const local = shift(box, [-z, -y, -x]);
    if (cellCount(box) > 0 && !contains(boxOfShape(this.shape), local)) {
      throw new RangeError(`box ${box.lo} to ${box.hi} leaves the shard's frame`);
    }
    return local;
  }

  /** Index of a cell in each state array. Throws RangeError where it lies outside the frame. */
  index(cell: Triple): number {
    const [z, y, x] = cell;
    const { lo } = this.local({ lo: cell, hi: [z + 1, y + 1, x + 1] });
    const [, ny, nx] = this.shape;
    return (lo[0] * ny + lo[1]) * nx + lo[2];
  }

  close(): void {
    for (const component of this.#components) for (const field of component.values()) field.close();
  }
}

/** Bytes of all state arrays of a shard. */
export function stateBytes({ model, components, frame }: ShardSpec): number {
  const levels = model.model.fields.reduce((sum, { kind }) => sum + (kind === 'wave' ? 2 : 1), 0);
  return components * levels * cellCount(frame) * 4;
}
