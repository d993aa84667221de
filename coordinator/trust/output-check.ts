import type { Readable } from '../../core/peer/load.js';
import type { Digest } from '../../core/trust/statement/brick-digest.js';
import { type ChunkMisfit, chunkMisfit, nearOutputs } from '../../core/witness/compare.js';
import { chainOf } from '../../core/witness/digests.js';
import { outputsHash } from '../../core/witness/outputs.js';
import type { OnSnapshot, Outcome } from '../../core/witness/replay.js';
import type { Claim } from './claim.js';
import { storedChunk } from './read-back.js';

/**
 * Compares the outputs that a peer signed for with those of its span as it is computed again: by their hash on the same
 * numerical class; on another one by what is stored, which has to be what was signed for, and near. What a shadow of another class signed of them is not compared.
 */
export class OutputCheck {
  readonly #claim: Claim;
  readonly #objects: Readable;
  readonly #digest: Digest;
  readonly #chains: string[] = [];
  readonly #misfits: ChunkMisfit[] = [];

  constructor(claim: Claim, objects: Readable, digest: Digest) {
    this.#claim = claim;
    this.#objects = objects;
    this.#digest = digest;
  }

  readonly onSnapshot: OnSnapshot = async (chunks, cells) => {
    if (this.#claim.sameClass) {
      this.#chains.push(await chainOf(cells, this.#digest));
      return;
    }
    if (!this.#claim.stores) return;
    const shown: Float32Array[] = [];
    for (const [i, chunk] of chunks.entries()) {
      const stored = await storedChunk(this.#objects, this.#claim.job, chunk);
      // What is not there has not the hash that was signed for.
      if (!stored) continue;
      shown.push(stored);
      this.#misfits.push(chunkMisfit(chunk.slab, stored, cells[i] as Float32Array));
    }
    this.#chains.push(await chainOf(shown, this.#digest));
  };

  /** What is wrong with them, once the whole span is computed again. `tolerance`: between classes. */
  async wrong(made: Outcome, tolerance: number): Promise<string | undefined> {
    const { job, span, statement, sameClass, stores } = this.#claim;
    if (!sameClass && !stores) return undefined;
    if ((await outputsHash(this.#chains, this.#digest)) !== statement.outputs) {
      return sameClass ? NOT_COMPUTED : 'it stored other outputs than it signed for';
    }
    return sameClass || nearOutputs(job, span, this.#misfits, made, tolerance) ? undefined : NOT_COMPUTED;
  }
}

/** Why outputs are wrong that are those that were signed for. */
export const NOT_COMPUTED = 'the outputs that it signed for do not come of what it had';
