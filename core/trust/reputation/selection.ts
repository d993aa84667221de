import { type Box, cellCount, type Triple } from '../../grid/box.js';
import { bricksOf } from '../../grid/bricks.js';
import type { Grid } from '../../grid/grid.js';
import { tilesOf } from '../roots/commitment.js';
import { sameHash, sha256 } from '../roots/hash.js';
import { secretFraction } from '../secret.js';

/** What may be checked: an epoch of one shard, or what the shard brought to the store of it. */
export interface Occasion {
  /** The epoch itself where it is left out. Whether one is drawn says nothing about the other. */
  readonly of?: 'outputs' | 'checkpoint';
  readonly plan: number;
  readonly shard: number;
  /** Where the epoch ends. */
  readonly step: number;
}

/**
 * Which epochs are checked, and where: drawn from a secret, so that no peer can tell before its root is in. The hash of the secret is published
 * before the first draw and the secret after the last, so that everybody can see afterwards that nobody was picked on.
 */
export class Selection {
  /** What is published first. */
  readonly promise: Uint8Array;

  /** `secret`: 32 bytes, of no other use: they are disclosed in the end. */
  constructor(private readonly secret: Uint8Array) {
    this.promise = promiseOf(secret);
  }

  checks(occasion: Occasion, chance: number): boolean {
    return chance >= 1 || this.#draw(occasion.of ?? 'whether', occasion) < chance;
  }

  /** A tile of the shard, each cell as likely as any other. */
  tile(
    grid: Grid,
    shard: Box,
    occasion: Occasion,
  ): { readonly brick: Triple; readonly tile: number; readonly box: Box } {
    const tiles = bricksOf(grid, shard).flatMap((brick) =>
      tilesOf(grid, brick).map((box, tile) => ({ brick, tile, box })),
    );
    let cell = Math.floor(this.#draw('where', occasion) * cellCount(shard));
    for (const candidate of tiles) {
      cell -= cellCount(candidate.box);
      if (cell < 0) return candidate;
    }
    throw new RangeError('a shard of no cells has no tile');
  }

  #draw(what: string, { plan, shard, step }: Occasion): number {
    return secretFraction(this.secret, `select ${what} ${plan} ${shard} ${step}`);
  }
}

/** Whether a disclosed secret is the one that was promised. */
export function keepsPromise(promise: Uint8Array, secret: Uint8Array): boolean {
  return sameHash(promise, promiseOf(secret));
}

function promiseOf(secret: Uint8Array): Uint8Array {
  return sha256(secret);
}
