import type { ShardSpec } from '../../shaders/engine.js';
import { type Box, intersect, isEmpty, shift, type Triple } from '../grid/box.js';
import { withGhosts } from '../grid/ghosts.js';
import { periodicImages } from '../grid/halo.js';
import type { Amplitude, Job, JobMedium } from '../job/job.js';

/**
 * All that decides how the cells of a run change, besides their state: what somebody who computes a part of it again
 * has to know. Nothing in it comes from the peers that are checked.
 */
export interface Physics
  extends Pick<Job, 'model' | 'components' | 'grid' | 'constants' | 'updatable' | 'mirrors' | 'dt'> {
  /** Each of the model's media, by name. */
  readonly media: ReadonlyMap<string, PhysicalMedium>;
  /** In the order in which they are added. */
  readonly sources: readonly PhysicalSource[];
}

/** In units of grid and step: one value everywhere, or what gives those of a box, dense, in unwrapped coordinates. */
export type PhysicalMedium = number | ((box: Box) => Promise<Float32Array>);

/** A source with what it adds in the update after so many steps; `box` is in grid coordinates. */
export interface PhysicalSource {
  readonly component: number;
  readonly field: string;
  readonly box: Box;
  readonly amplitude: Amplitude;
}

/** A job's physics. What lies in the store is read by those who know it: `mediumCells` and `amplitudeOf` are asked for arrays and series. */
export async function physicsOf(
  job: Job,
  store: {
    readonly mediumCells: (name: string, box: Box) => Promise<Float32Array>;
    readonly amplitudeOf: (source: string) => Promise<Amplitude>;
  },
): Promise<Physics> {
  const physical = (name: string, medium: JobMedium): PhysicalMedium => {
    switch (medium.kind) {
      case 'constant':
        return medium.value;
      case 'cells':
        return async (box) => medium.fill(box);
      case 'array':
        return (box) => store.mediumCells(name, box);
    }
  };
  const sources = job.sources.map(async ({ name, component, field, box, feed }) => {
    const amplitude = feed.kind === 'known' ? feed.amplitude : await store.amplitudeOf(name);
    return { component, field, box, amplitude };
  });
  const { model, components, grid, constants, updatable, mirrors, dt } = job;
  return {
    model,
    components,
    grid,
    constants,
    updatable,
    mirrors,
    dt,
    media: new Map([...job.media].map(([name, medium]) => [name, physical(name, medium)])),
    sources: await Promise.all(sources),
  };
}

/** The sources that reach cells of `held`, in each periodic image, in the order in which they are added. */
export function sourcesReaching({ grid, sources }: Physics, held: Box): PhysicalSource[] {
  return sources.flatMap((source) =>
    periodicImages(grid, held)
      .map((by: Triple) => intersect(shift(source.box, by), held))
      .filter((box) => !isEmpty(box))
      .map((box) => ({ ...source, box })),
  );
}

/** An engine's shard that holds `held` and nothing else: all components, no probes. */
export function shardOf(physics: Physics, held: Box): ShardSpec {
  const { model, components, grid, constants, mirrors, media } = physics;
  return {
    model,
    components: components.length,
    dimensions: grid.dimensions,
    frame: withGhosts(grid, mirrors, held, model.model.radius),
    domain: held,
    constants,
    probes: [],
    media: Object.fromEntries(
      [...media].map(([name, medium]) => [name, typeof medium === 'number' ? medium : 'cells']),
    ),
    sources: sourcesReaching(physics, held).map(({ component, field, box }) => ({ component, field, box })),
  };
}
