import type { EngineShard, ShardSpec, Slab } from '../engine.js';

/** All arrays of a shard, whole: its state, and the media kept as cells. */
export function arraysOf({ model, components, media = {}, frame }: ShardSpec): {
  readonly state: readonly Slab[];
  readonly media: readonly Slab[];
} {
  const { fields, media: known } = model.model;
  const slab = (component: number, field: string, level: 'now' | 'before'): Slab => {
    return { component, field, level, box: frame };
  };
  return {
    state: Array.from({ length: components }, (_, component) =>
      fields.flatMap(({ name, kind }) => [
        slab(component, name, 'now'),
        ...(kind === 'wave' ? [slab(component, name, 'before')] : []),
      ]),
    ).flat(),
    media: known.filter(({ name }) => media[name] === 'cells').map(({ name }) => slab(0, name, 'now')),
  };
}

/** An array as it was at a keep-point. */
export interface KeptArray {
  readonly slab: Slab;
  readonly data: Float32Array;
}

/** The calls are made at once, so that no other comes between them: all arrays are of one moment. */
export function readArrays(shard: EngineShard, slabs: readonly Slab[]): Promise<KeptArray[]> {
  return Promise.all(slabs.map(async (slab) => ({ slab, data: await shard.read([slab]) })));
}

export function restoreArray(shard: EngineShard, { slab, data }: KeptArray): Promise<void> {
  return shard.write([slab], data);
}
