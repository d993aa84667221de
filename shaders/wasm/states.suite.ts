import type { Box } from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';

/** Every array of a shard, media included, over its whole frame. */
export function slabsOf({ model, components, frame, media = {} }: ShardSpec): Slab[] {
  const cells = Object.keys(media).filter((name) => media[name] === 'cells');
  const kept = cells.map((field): Slab => ({ component: 0, field, level: 'now', box: frame }));
  const states = Array.from({ length: components }, (_, component) =>
    model.model.fields.flatMap(({ name: field, kind }): Slab[] => {
      const now: Slab = { component, field, level: 'now', box: frame };
      return kind === 'wave' ? [now, { ...now, level: 'before' }] : [now];
    }),
  ).flat();
  return [...states, ...kept];
}

/** Numbers from −1 to 1, the same for the same seed (Lehmer's generator). */
export function noise(length: number, seed: number): Float32Array {
  let state = (seed % 2147483646) + 1;
  return Float32Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state / 1073741823.5 - 1;
  });
}

export const box = (z: [number, number], y: [number, number], x: [number, number]): Box => ({
  lo: [z[0], y[0], x[0]],
  hi: [z[1], y[1], x[1]],
});
