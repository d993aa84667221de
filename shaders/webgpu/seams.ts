import type { Triple } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import { waveFormat } from './cell-format.js';
import { arrayBytes } from './memory-shape.js';
import type { ShardPart } from './part.js';
import { cutAxis } from './parts.js';
import type { Parity } from './shard-state.js';

/** A run of layers that one part has computed and its neighbour reads; offsets and length in bytes. */
interface Copy {
  readonly from: ShardPart;
  readonly to: ShardPart;
  readonly fromByte: number;
  readonly toByte: number;
  readonly bytes: number;
}

/** Where the parts of a shard meet: copies of the layers that each reads of the next. */
export class Seams {
  readonly #copies: readonly Copy[];
  readonly #waves: readonly { readonly component: number; readonly name: string }[];

  constructor(spec: ShardSpec, parts: readonly ShardPart[]) {
    const axis = cutAxis(spec.dimensions);
    const { radius, fields } = spec.model.model;
    this.#copies = parts.slice(1).flatMap((after, index) => {
      const before = parts[index] as ShardPart;
      const seam = after.core.lo[axis];
      return [layers(spec, before, after, seam - radius, radius), layers(spec, after, before, seam, radius)];
    });
    this.#waves = Array.from({ length: spec.components }, (_, component) =>
      fields.filter(({ kind }) => kind === 'wave').map(({ name }) => ({ component, name })),
    ).flat();
  }

  /** After a step, or where cells were written from outside. Neither trackers nor media are read across a seam. */
  encode(encoder: GPUCommandEncoder, level: 'now' | 'before', newest: Parity): void {
    for (const { component, name } of this.#waves) {
      for (const { from, to, fromByte, toByte, bytes } of this.#copies) {
        encoder.copyBufferToBuffer(
          from.field(component, name).level(level, newest),
          fromByte,
          to.field(component, name).level(level, newest),
          toByte,
          bytes,
        );
      }
    }
  }
}

function layers(spec: ShardSpec, from: ShardPart, to: ShardPart, first: number, count: number): Copy {
  const axis = cutAxis(spec.dimensions);
  const layerBytes = ({ state }: ShardPart) =>
    arrayBytes(state.shape.with(axis, 1) as unknown as Triple, waveFormat(spec));
  const place = (part: ShardPart) => (first - part.state.frame.lo[axis]) * layerBytes(part);
  return { from, to, fromByte: place(from), toByte: place(to), bytes: count * layerBytes(from) };
}
