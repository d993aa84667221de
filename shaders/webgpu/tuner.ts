import { cellCount, grow, intersect } from '../../core/grid/box.js';
import { secondsNow } from '../clock.js';
import type { EngineShard, ShardSpec, Update } from '../engine.js';
import {
  candidatesFor,
  DEFAULT_WORKGROUP,
  readWorkgroup,
  type Workgroup,
  writeWorkgroup,
} from './workgroup.js';
import type { WorkgroupMemory } from './workgroup-memory.js';

/** All candidates together; one that is under way is finished. */
const SECONDS_TO_TUNE = 0.3;

/** A run this long tells two workgroups apart. */
const SECONDS_PER_RUN = 0.015;

/** Edges, along z, y and x, of the largest box that is tried out: large enough to overflow a GPU's caches, for any but the largest. */
const TRIAL_SHAPE = [192, 192, 384] as const;

/** Below this a shard fits the caches of many a GPU, and says little of larger ones. */
const FEWEST_CELLS = 128 ** 3;

export interface TunerTools {
  /** The adapter in words. */
  readonly device: string;
  readonly memory: WorkgroupMemory | undefined;
  /** Smaller shards are not worth a measurement. */
  readonly fewestCells: number | undefined;
  /** A shard that is advanced by that workgroup. */
  readonly makeShard: (spec: ShardSpec, workgroup: Workgroup) => Promise<EngineShard>;
}

/** Finds the workgroup for a model on this GPU, once: by a short run of the model itself. */
export class Tuner {
  readonly #found = new Map<string, Promise<Workgroup | undefined>>();

  constructor(private readonly tools: TunerTools) {}

  /** For shards of this spec. Throws what making a shard throws. */
  async workgroupFor(spec: ShardSpec): Promise<Workgroup> {
    const key = this.#keyOf(spec);
    const known = this.#found.get(key) ?? this.#remembered(key, spec);
    if (cellCount(spec.frame) < (this.tools.fewestCells ?? FEWEST_CELLS)) {
      return (await known) ?? DEFAULT_WORKGROUP;
    }
    const found = known.then(async (workgroup) => workgroup ?? this.#find(key, spec));
    this.#found.set(key, found);
    found.catch(() => this.#found.delete(key));
    return found;
  }

  /** A cache that fails costs a measurement, never a shard. */
  async #remembered(key: string, { dimensions }: ShardSpec): Promise<Workgroup | undefined> {
    const text = await this.tools.memory?.get(key).catch(() => undefined);
    return text === undefined ? undefined : readWorkgroup(text, dimensions);
  }

  async #find(key: string, spec: ShardSpec): Promise<Workgroup> {
    const { memory } = this.tools;
    const best = await this.#measure(trialOf(spec));
    await memory?.set(key, writeWorkgroup(best)).catch(() => undefined);
    return best;
  }

  async #measure(trial: ShardSpec): Promise<Workgroup> {
    const deadline = secondsNow() + SECONDS_TO_TUNE;
    let best = DEFAULT_WORKGROUP;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of candidatesFor(trial.dimensions)) {
      if (secondsNow() > deadline) break;
      const shard = await this.tools.makeShard(trial, candidate);
      try {
        const seconds = await secondsPerStep(shard, trial);
        if (seconds < least) [best, least] = [candidate, seconds];
      } finally {
        await shard.close();
      }
    }
    return best;
  }

  /** Two models that differ in a character, or in what they keep as cells, are tuned each for itself. */
  #keyOf({ model, dimensions, media = {}, keepWavesIn = 'f32' }: ShardSpec): string {
    const kept = model.model.media.filter(({ name }) => media[name] === 'cells').length;
    const words = [this.tools.device, model.model.name, hash(model.model.wgsl), `${dimensions}D`, kept];
    return [...words, ...(keepWavesIn === 'f32' ? [] : [keepWavesIn])].join('|');
  }
}

/** A smaller shard of the same kind, without what is not the update itself. */
function trialOf({ model, dimensions, frame, constants, media = {}, keepWavesIn }: ShardSpec): ShardSpec {
  const [z, y, x] = frame.lo;
  const [nz, ny, nx] = TRIAL_SHAPE;
  const largest = { lo: frame.lo, hi: [z + nz, y + (dimensions === 3 ? ny : nz * ny), x + nx] } as const;
  return {
    model,
    dimensions,
    constants,
    media,
    components: 1,
    probes: [],
    frame: intersect(frame, largest),
    ...(keepWavesIn && { keepWavesIn }),
  };
}

async function secondsPerStep(shard: EngineShard, { frame, dimensions, model }: ShardSpec): Promise<number> {
  const { radius } = model.model;
  const box = grow(frame, [dimensions === 3 ? -radius : 0, -radius, -radius]);
  const run = async (steps: number) => {
    const updates = Array.from({ length: steps }, (_, time): Update => ({ box, time }));
    return (await shard.advance(updates)).seconds / steps;
  };
  // The first touches memory that was never touched.
  const first = await run(2);
  const steps = Math.max(2, Math.min(64, Math.ceil(SECONDS_PER_RUN / first)));
  return run(steps);
}

/** FNV-1a, 32 bits, over UTF-16 units: tells apart what should not be confused, and is no defence. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16);
}
