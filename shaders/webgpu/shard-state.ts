import { type Box, cellCount, isEmpty, shapeOf, shift, type Triple } from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Region, Transfer } from './transfer.js';
import { mediaBindings } from './update-source.js';

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
    if (!array) throw new TypeError('a state array that was never made');
    return array;
  }
}

/** All state arrays of a shard, each its own buffer, so that a component may be as large as one binding. */
export class ShardState {
  readonly shape: Triple;
  readonly bytes: number;
  readonly #components: readonly ReadonlyMap<string, StateField>[];
  readonly #media: ReadonlyMap<string, StateField>;

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
    const media = mediaBindings(spec.model.model, spec.media ?? {});
    this.#media = new Map(
      media.map(({ field }) => [field, new StateField('tracker', [make(field)], transfer)]),
    );
    this.bytes = stateBytes(spec);
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
        box: this.local(box),
      }));
  }

  /** The box in coordinates of the frame's first cell. */
  local(box: Box): Box {
    const [z, y, x] = this.spec.frame.lo;
    return shift(box, [-z, -y, -x]);
  }

  /** Index of a cell in each state array. */
  index([z, y, x]: Triple): number {
    const { lo } = this.spec.frame;
    const [, ny, nx] = this.shape;
    return ((z - lo[0]) * ny + (y - lo[1])) * nx + (x - lo[2]);
  }

  close(): void {
    for (const component of this.#components) for (const field of component.values()) field.close();
    for (const medium of this.#media.values()) medium.close();
  }
}

/** Bytes of all state arrays of a shard, and of its media. */
export function stateBytes({ model, components, frame, media = {} }: ShardSpec): number {
  const levels = model.model.fields.reduce((sum, { kind }) => sum + (kind === 'wave' ? 2 : 1), 0);
  const arrays = components * levels + mediaBindings(model.model, media).length;
  return arrays * cellCount(frame) * 4;
}
