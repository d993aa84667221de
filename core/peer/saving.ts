import type { EngineShard } from '../../shaders/engine.js';
import type { Box } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import type { Job } from '../job/job.js';
import type { Snapshot } from '../job/snapshots.js';
import { EPOCHS_AHEAD } from '../plan/epochs-ahead.js';
import { checkpointBrickKey } from '../protocol/keys.js';
import { MAX_BRICKS_TOLD } from '../protocol/limits.js';
import type { CheckpointOrder, Owed } from '../protocol/messages.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import { encodeCells } from '../result/cells.js';
import { encodeChunk } from '../result/chunks.js';
import { snapshotChunks } from '../result/snapshot-chunks.js';
import { type BrickMemory, type BrickNews, KnownCheckpoint } from './brick-memory.js';
import { checkFinite, checkStateFinite } from './finite.js';
import { HeldBack } from './held-back.js';
import { stateSlabs } from './load.js';
import type { Upload } from './objects.js';
import type { Uploader } from './uploader.js';

/** Snapshots on their way to the store at once; more would only fill memory. */
const SNAPSHOTS_IN_FLIGHT = 3;

export interface SavingTools {
  readonly uploader: Pick<Uploader, 'upload'>;
  readonly memory: BrickMemory;
  readonly send: (message: Said) => void;
  /** Whether another peer answers for the shard: then it is that one who stores. */
  readonly isShadow: () => boolean;
  /** What could not be stored, or must not be: DivergedError where cells are not finite. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Takes one shard's snapshots and checkpoints to the store: they are read at once, and encoded while the run goes on. A shadow's are
 * held back, and stored where it takes over from a peer that still owed them.
 */
export class Saving {
  readonly #tools: SavingTools;
  readonly #job: Job;
  readonly #plan: Plan;
  readonly #box: Box;
  readonly #underWay = new Set<Promise<void>>();
  readonly #heldBack = new HeldBack();

  constructor(tools: SavingTools, job: Job, plan: Plan, box: Box) {
    this.#tools = tools;
    this.#job = job;
    this.#plan = plan;
    this.#box = box;
  }

  /** Resolves to the cells of each chunk, which stay as they are, once they are read; where many snapshots are under way, it waits for one of them first. */
  async snapshot(shard: EngineShard, step: number, due: readonly Snapshot[]): Promise<Float32Array[]> {
    while (this.#underWay.size >= SNAPSHOTS_IN_FLIGHT) await Promise.race(this.#underWay);
    const { grid } = this.#job;
    const chunks = snapshotChunks(this.#job, this.#plan.job, this.#box, due);
    const cells = await Promise.all(chunks.map(({ slab }) => shard.read([slab])));
    const store = () =>
      this.#store(
        chunks.map(({ key, output, state, chunk }, i) => ({
          key,
          encode: async () => {
            const values = cells[i] as Float32Array;
            checkFinite(values, state, step);
            return encodeChunk(grid, output, chunk, values);
          },
        })),
        () => this.#tools.send({ type: 'stored', plan: this.#plan.id, step }),
      );
    if (this.#tools.isShadow()) {
      const late = step - (EPOCHS_AHEAD + 1) * this.#plan.epoch;
      this.#heldBack.snapshot(step, store, { late, most: SNAPSHOTS_IN_FLIGHT });
    } else {
      store();
    }
    return cells;
  }

  /** Resolves once the cells are read. Of the bricks only those are stored that the one before does not hold as they are. */
  async checkpoint(shard: EngineShard, { name, step, since }: CheckpointOrder): Promise<void> {
    const { grid } = this.#job;
    const bricks = bricksOf(grid, this.#box);
    const slabs = bricks.map((brick) => stateSlabs(this.#job, brickBox(grid, brick)));
    const cells = await Promise.all(slabs.map((of) => shard.read(of)));
    const before = this.#tools.memory.of(since);
    const known = new KnownCheckpoint(name);
    const news: BrickNews[] = [];
    const uploads = bricks.map((brick, i) => ({
      key: checkpointBrickKey(this.#plan.job, name, brick),
      encode: async () => {
        const values = cells[i] as Float32Array;
        checkStateFinite(this.#job, slabs[i] ?? [], values, step);
        news[i] = known.compare(brick, values, before);
        return news[i] === 'new' ? encodeCells(values) : undefined;
      },
    }));
    const tell = () => {
      this.#tools.memory.keep(known);
      const letters = news.map((word) => word[0]).join('');
      for (let first = 0; first < letters.length; first += MAX_BRICKS_TOLD) {
        const part = letters.slice(first, first + MAX_BRICKS_TOLD);
        this.#tools.send({ type: 'checkpointed', plan: this.#plan.id, name, first, bricks: part });
      }
    };
    const store = () => this.#store(uploads, tell);
    if (this.#tools.isShadow()) this.#heldBack.checkpoint(name, store);
    else store();
  }

  /** This shadow has become its shard's peer. Throws ProtocolError where it has lost what its predecessor owed. */
  takeOver(owed: Owed): void {
    this.#heldBack.release(owed);
  }

  /** Resolves when all that has been read so far is in the store, or has failed. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #store(uploads: readonly Upload[], done: () => void): void {
    const work = (async () => {
      try {
        await this.#tools.uploader.upload(this.#plan.id, uploads);
        done();
      } catch (error) {
        this.#tools.onFailure(error);
      }
    })();
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }
}
