import { StoreError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import { placeOf } from '../../core/job/states.js';
import type { Readable } from '../../core/peer/load.js';
import { cellsIn, decodeCells } from '../../core/result/cells.js';
import { type ChunkMisfit, chunkMisfit, nearChunks } from '../../core/witness/compare.js';
import type { MemberVerdict } from './member-verdict.js';

/** Compares the chunks of a member as they are stored with those that are made again. */
export interface ChunkComparison {
  add(key: string, made: Uint8Array): Promise<void>;
  /** What comes of it, once all have been added. */
  readonly verdict: MemberVerdict;
}

/** What is so many times further apart than rounding explains is no rounding. */
const GROSS = 100;

/** On one numerical class: every byte, for cells are packed alike everywhere. */
export class EqualChunks implements ChunkComparison {
  readonly #stored: Readable;
  #wrong: string | undefined;

  constructor(stored: Readable) {
    this.#stored = stored;
  }

  get verdict(): MemberVerdict {
    return this.#wrong === undefined ? { kind: 'holds' } : { kind: 'lied', why: this.#wrong };
  }

  async add(key: string, made: Uint8Array): Promise<void> {
    if (this.#wrong !== undefined) return;
    const stored = await this.#stored.get(key);
    if (!stored) this.#wrong = `${key} is not in the store`;
    else if (Buffer.compare(stored, made) !== 0) this.#wrong = `${key} is not what comes of its member`;
  }
}

/** Between two numerical classes: the cells of each chunk, to within what rounding explains (`nearChunks`). */
export class NearChunks implements ChunkComparison {
  readonly #stored: Readable;
  readonly #job: Job;
  readonly #misfits: ChunkMisfit[] = [];
  #missing: string | undefined;

  constructor(stored: Readable, job: Job) {
    this.#stored = stored;
    this.#job = job;
  }

  get verdict(): MemberVerdict {
    if (this.#missing !== undefined) return { kind: 'lied', why: this.#missing };
    if (nearChunks(this.#job, this.#misfits)) return { kind: 'holds' };
    // How far f16 may be from f32 after a whole job nobody can say.
    if (this.#job.run.keepWavesIn === 'f16') return { kind: 'unknown', why: 'its waves may be kept in f16' };
    const isGross = !nearChunks(this.#job, this.#misfits, GROSS);
    return { kind: isGross ? 'lied' : 'doubtful', why: 'its chunks are not near what comes of its member' };
  }

  async add(key: string, made: Uint8Array): Promise<void> {
    const count = cellsIn(made) ?? 0;
    const bytes = await this.#stored.get(key);
    const stored = bytes && (await decodeCells(bytes, count).catch(unreadable));
    if (!stored) {
      this.#missing ??= `${key} is not in the store`;
      return;
    }
    const { component, field } = placeOf(this.#job, stateOf(key));
    const slab = { component, field: field.name, level: 'now' } as const;
    this.#misfits.push(chunkMisfit(slab, stored, await decodeCells(made, count)));
  }
}

function unreadable(error: unknown): undefined {
  if (!(error instanceof StoreError)) throw error;
}

/** The state whose array a chunk is of: `…/psi/c/0/0`. */
const stateOf = (key: string): string => key.slice(0, key.indexOf('/c/')).split('/').at(-1) ?? '';
