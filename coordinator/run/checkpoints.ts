import { fromBase64, toBase64 } from 'lib0/buffer';
import { StoreError, TakenOverError } from '../../core/errors.js';
import { boxOfShape, type Triple } from '../../core/grid/box.js';
import { brickIndex, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { checkpointBrickKey, checkpointPrefix, sealKey, sealPrefix } from '../../core/protocol/keys.js';
import {
  type BrickPlaces,
  type CheckpointName,
  digestOf,
  packRuns,
  type Seal,
  type SpentSeal,
  sealSchema,
  spentSealSchema,
  unpackRuns,
} from '../../core/protocol/seal.js';
import type { Store } from '../store/store.js';

/** Sealed checkpoints kept: the newest, and one before it in case the newest proves unreadable. */
const KEPT = 2;

type NewSeal = Pick<Seal, 'seal' | 'step' | 'name' | 'bricks' | 'digests' | 'final'>;

/** A state that a run can go on from. */
export interface SealedState {
  /** Number of its seal. */
  readonly seal: number;
  readonly step: number;
  readonly name: CheckpointName;
  readonly places: BrickPlaces;
  /** Of the bricks in C order, as peers signed for them; undefined where nobody did. */
  readonly digests?: Uint8Array | undefined;
}

/**
 * The seals of one job. They are numbered without gaps and each is created once, so that of several coordinators that
 * go on with a job only one seals: whoever opens a job seals what it finds once more, in its own term, and whoever then
 * comes too late for a number knows that another has taken over. So a number stays taken when its checkpoint is removed.
 */
export class Checkpoints {
  readonly #store: Store;
  readonly #id: string;
  readonly #job: Job;
  readonly #term: number;
  /** Kept states, oldest first. */
  #states: SealedState[] = [];
  #last: Pick<Seal, 'seal' | 'step' | 'final'> = { seal: 0, step: 0, final: false };

  readonly #surelyRight: () => number;

  /**
   * `term`: that of the coordinator that goes on with the job. `surelyRight`: the last step up to which nothing can turn
   * out to be wrong; of the states before it the newest is kept, however old.
   */
  constructor(
    store: Store,
    id: string,
    job: Job,
    term: number,
    surelyRight = () => Number.POSITIVE_INFINITY,
  ) {
    this.#surelyRight = surelyRight;
    this.#store = store;
    this.#id = id;
    this.#job = job;
    this.#term = term;
  }

  /** Undefined where none has been sealed: the job starts from its file. */
  get newest(): SealedState | undefined {
    return this.#states.at(-1);
  }

  /** Whether all is computed and stored, and only the result is to be made complete. */
  get isFinal(): boolean {
    return this.#last.final;
  }

  /**
   * Takes the job over, with what others have sealed; what they stored and did not seal is removed.
   * @throws TakenOverError where a coordinator of a later term has it.
   */
  async open(): Promise<void> {
    for (;;) {
      const { seals, highest } = await this.#read();
      const last = seals.at(-1);
      if (last && last.term > this.#term) throw new TakenOverError(this.#id);
      const again = last ?? { step: 0, final: false, bricks: [] };
      if (await this.#create({ ...again, seal: highest + 1 })) {
        this.#states = seals.flatMap((seal) => stateOf(seal));
        // Sealed twice: the later number stands for both.
        const state = this.#states.at(-1);
        if (state) this.#states.push({ ...state, seal: this.#last.seal });
        break;
      }
      // Another one has sealed just now: from there, then.
    }
    await this.#prune();
    await this.#sweep();
  }

  /** Seals a checkpoint, all of whose bricks are in the store. @throws TakenOverError */
  async seal(
    step: number,
    name: CheckpointName,
    places: BrickPlaces,
    digests?: Uint8Array,
  ): Promise<SealedState> {
    const state = { seal: this.#last.seal + 1, step, name, places, digests };
    const bricks = packRuns(places);
    await this.#next({ step, name, bricks, final: false, ...(digests && { digests: toBase64(digests) }) });
    this.#states.push(state);
    await this.#prune();
    return state;
  }

  /** The oldest state that a brick's object belongs to, and the digest that was sealed with it; undefined where there is none. */
  holding(
    key: string,
  ): { readonly step: number; readonly brick: Triple; readonly digest: Uint8Array } | undefined {
    const { grid } = this.#job;
    for (const { step, places, digests } of this.#states) {
      const brick = bricksOf(grid, boxOfShape(grid.shape)).find((own) => {
        const place = places[brickIndex(grid, own)];
        return place != null && checkpointBrickKey(this.#id, place, own) === key;
      });
      if (brick && digests) return { step, brick, digest: digestOf(digests, brickIndex(grid, brick)) };
    }
    return undefined;
  }

  /** Gives up what was sealed beyond `step`: it may be wrong. */
  async giveUpBeyond(step: number): Promise<void> {
    for (const state of this.#states.filter((candidate) => candidate.step > step))
      await this.#spend(state.seal);
    this.#states = this.#states.filter((state) => state.step <= step);
    await this.#sweep();
  }

  /** Seals the end: every step is made, every output stored. @throws TakenOverError */
  async sealEnd(): Promise<void> {
    if (!this.#last.final) await this.#next({ step: this.#job.steps, bricks: [], final: true });
  }

  /**
   * Once the end is sealed: removes all states, and what was stored for others that were never sealed. The sealed end
   * stays, so a coordinator that dies meanwhile, or its successor's, does the rest again.
   */
  async removeStates(): Promise<void> {
    this.#states = [];
    await this.#removeAll(checkpointPrefix(this.#id));
  }

  /** Once the store knows that the job is done: removes all seals, the newest last. */
  async removeSeals(): Promise<void> {
    await this.#removeAll(sealPrefix(this.#id));
  }

  /** The newest seals, oldest first: so many that `KEPT` states are among them; and the highest number, of a spent one it may be. */
  async #read(): Promise<{ readonly seals: Seal[]; readonly highest: number }> {
    const numbers: number[] = [];
    const prefix = sealPrefix(this.#id);
    for await (const key of this.#store.list(prefix)) numbers.push(Number(key.slice(prefix.length)));
    const seals: Seal[] = [];
    const highest = numbers.at(-1) ?? 0;
    for (const number of numbers.reverse()) {
      const seal = await this.#get(number);
      if (seal) seals.unshift(seal);
      if (new Set(seals.map(({ name }) => name)).size === KEPT) break;
    }
    return { seals, highest };
  }

  /** Undefined where it is spent, or not there. */
  async #get(number: number): Promise<Seal | undefined> {
    const key = sealKey(this.#id, number);
    const bytes = await this.#store.get(key);
    if (!bytes) return undefined;
    try {
      const text: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return spentSealSchema.safeParse(text).success ? undefined : sealSchema.parse(text);
    } catch (cause) {
      throw new StoreError(`${key} is no seal; remove it, and the job goes on from the one before`, {
        cause,
      });
    }
  }

  async #next(seal: Omit<NewSeal, 'seal'>): Promise<void> {
    if (!(await this.#create({ ...seal, seal: this.#last.seal + 1 }))) throw new TakenOverError(this.#id);
  }

  async #create({ seal: number, step, name, bricks, digests, final }: NewSeal): Promise<boolean> {
    const seal: Seal = {
      version: 1,
      job: this.#id,
      seal: number,
      term: this.#term,
      step,
      ...(name !== undefined && { name }),
      final,
      sealed: new Date().toISOString(),
      bricks,
      ...(digests && { digests }),
    };
    const created = await this.#store.create(
      sealKey(this.#id, number),
      new TextEncoder().encode(JSON.stringify(seal)),
    );
    // A try whose answer was lost may have made it: nobody else seals in this term.
    const isOurs = created || (await this.#get(number))?.term === this.#term;
    if (isOurs) this.#last = { seal: number, step, final };
    return isOurs;
  }

  /** Removes the oldest states, and those of their bricks that no newer one shares. */
  async #prune(): Promise<void> {
    for (const [i, state] of this.#states.entries()) {
      const newer = this.#states.slice(i + 1);
      if (new Set(newer.map(({ name }) => name)).size < KEPT && newer[0]?.name !== state.name) continue;
      const right = this.#surelyRight();
      if (state.step <= right && newer.every(({ step }) => step > right)) continue;
      // The seal goes first, so that no sealed checkpoint ever lacks a brick.
      await this.#spend(state.seal);
      for (const [brick, key] of this.#bricksOf(state)) {
        if (newer.every(({ places }) => places[brick] !== state.places[brick])) await this.#store.remove(key);
      }
      this.#states = this.#states.filter((other) => other !== state);
    }
  }

  async #spend(seal: number): Promise<void> {
    const spent: SpentSeal = { version: 1, job: this.#id, seal, spent: true };
    await this.#store.put(sealKey(this.#id, seal), new TextEncoder().encode(JSON.stringify(spent)));
  }

  /** Removes bricks that belong to no state: of checkpoints that were never sealed. */
  async #sweep(): Promise<void> {
    const kept = new Set(this.#states.flatMap((state) => [...this.#bricksOf(state).values()]));
    for await (const key of this.#store.list(checkpointPrefix(this.#id))) {
      if (!kept.has(key)) await this.#store.remove(key);
    }
  }

  /** Keys of a state's bricks, by their index. */
  #bricksOf({ places }: SealedState): ReadonlyMap<number, string> {
    const { grid } = this.#job;
    const keys = bricksOf(grid, boxOfShape(grid.shape)).flatMap((brick): [number, string][] => {
      const place = places[brickIndex(grid, brick)];
      return place == null ? [] : [[brickIndex(grid, brick), checkpointBrickKey(this.#id, place, brick)]];
    });
    return new Map(keys);
  }

  async #removeAll(prefix: string): Promise<void> {
    for await (const key of this.#store.list(prefix)) await this.#store.remove(key);
  }
}

function stateOf({ seal, step, name, bricks, digests }: Seal): SealedState[] {
  if (name === undefined) return [];
  return [
    {
      seal,
      step,
      name,
      places: unpackRuns(bricks),
      digests: digests === undefined ? undefined : fromBase64(digests),
    },
  ];
}
