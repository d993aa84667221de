import type { Engine, EngineShard } from '../../shaders/engine.js';
import { type Box, cellCount } from '../grid/box.js';
import { withGhosts } from '../grid/ghosts.js';
import { frameOf } from '../grid/halo.js';
import type { Job } from '../job/job.js';
import type { Plan } from '../protocol/plan.js';
import { portableDigest } from '../trust/statement/blake3.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import type { BrickMemory } from './brick-memory.js';
import { loadCheckpoint, loadInitial, type Readable, stateParts } from './load.js';
import { giversOf, type Partners } from './partners.js';
import type { ProbeLog } from './probe-log.js';
import { type FedSource, loadMedia, mediaSpec, sourcesIn } from './surroundings.js';

export interface OpenTools {
  readonly engine: Engine;
  readonly objects: Readable;
  readonly probes: ProbeLog;
}

/** A shard on its device, all state 0, and what feeds it. */
export interface OpenShard {
  readonly shard: EngineShard;
  readonly sources: readonly FedSource[];
  /** The cells of the grid that it holds, halo included. */
  readonly held: Box;
}

/**
 * Throws EngineError where the device cannot hold the shard, StoreError where the series of a source is missing, JobError
 * where it adds more than f32 can hold.
 */
export async function openShard(tools: OpenTools, job: Job, plan: Plan, box: Box): Promise<OpenShard> {
  const { engine, objects, probes } = tools;
  const { radius } = job.model.model;
  const held = frameOf(job.grid, box, plan.exchangeEvery * radius);
  const sources = await sourcesIn(job, plan.job, held, objects);
  const shard = await engine.createShard({
    model: job.model,
    components: job.components.length,
    dimensions: job.grid.dimensions,
    frame: withGhosts(job.grid, job.mirrors, held, radius),
    domain: held,
    media: mediaSpec(job),
    sources: sources.map(({ component, field, box: fed }) => ({ component, field, box: fed })),
    constants: job.constants,
    keepWavesIn: job.run.keepWavesIn,
    probes: probes.points,
  });
  return { shard, sources, held };
}

export interface FillTools {
  readonly objects: Readable;
  /** Hashes what is read of a checkpoint. */
  readonly identity?: { readonly digest: Digest };
  readonly memory: BrickMemory;
  readonly partners: Partners;
}

/** Fills a shard's media, and its own cells with the state that the plan starts from. Throws StoreError, LinkError. */
export async function fillShard(
  { objects, identity, memory, partners }: FillTools,
  job: Job,
  plan: Plan,
  box: Box,
  { shard, held }: OpenShard,
): Promise<void> {
  await loadMedia(job, plan.job, held, shard, objects);
  switch (plan.source.kind) {
    case 'initial':
      return loadInitial(job, plan.job, box, shard, objects);
    case 'checkpoint': {
      const store = { objects, digest: identity?.digest ?? portableDigest };
      memory.keep(await loadCheckpoint(job, plan.job, plan.source.seal, box, shard, store));
      return;
    }
    case 'transfer':
    case 'copies':
      for (const giver of giversOf(plan, box)) {
        for (const [part, slab] of stateParts(job, giver.box).entries()) {
          const expected = {
            kind: 'state',
            sender: giver.peer,
            plan: plan.id,
            from: giver.shard,
            part,
          } as const;
          await shard.write([slab], await partners.takeState(expected, cellCount(slab.box)));
        }
      }
  }
}
