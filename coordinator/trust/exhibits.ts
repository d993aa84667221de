import type { Job } from '../../core/job/job.js';
import { digestOf } from '../../core/protocol/seal.js';
import { isDigestOf, sameDigest } from '../../core/trust/statement/brick-digest.js';
import { haloHash } from '../../core/witness/digests.js';
import { readShownBricks, type ShownBricks, shownBytes } from '../../core/witness/shown-bricks.js';
import { exchangeSteps } from '../../core/witness/span.js';
import type { Asking, Demand } from './asking.js';
import { type Case, type Finding, isFinding, silentOf, type Traces } from './case.js';
import { digest } from './checker.js';
import type { SignedSpan } from './signed-span.js';

export const RETOLD = 'it tells of other cells than it signed for';

interface ExhibitsTools {
  readonly asking: Pick<Asking, 'demand'>;
  /** Bytes that a peer shows of one span, at most. */
  readonly limit: number;
}

/** Has two in dispute show what they had, and holds it to what they told of it. */
export class Exhibits {
  readonly #job: Job;
  readonly #tools: ExhibitsTools;

  constructor(job: Job, tools: ExhibitsTools) {
    this.#job = job;
    this.#tools = tools;
  }

  /** Bricks at a step at which both had the same: of whichever of the two shows them. */
  async bricks(
    found: Case,
    traces: Traces,
    at: number,
    bricks: readonly number[],
  ): Promise<ShownBricks | Finding> {
    const shown = await this.show(found, traces, at, bricks);
    if (isFinding(shown)) return shown;
    return shown.find((own) => own !== undefined) ?? silentOf(found.tellers, shown);
  }

  /** What each of the two shows, as it told of it; who shows something else is found. */
  async show(
    { span, tellers, withinMs }: Case,
    traces: Traces,
    at: number,
    bricks: readonly number[],
  ): Promise<readonly (ShownBricks | undefined)[] | Finding> {
    const bytes = shownBytes(this.#job, span, at, bricks);
    if (bytes > this.#tools.limit)
      return {
        kind: 'open',
        why: `what has to be computed again comes of ${bytes} bytes, which is too much`,
      };
    const message: Demand['message'] = { type: 'bricks', at, bricks: [...bricks] };
    const told = await this.ask({ tellers, span }, { bytes, message, withinMs });
    const shown = told.map((bytes) => bytes && readShownBricks(this.#job, span, at, bricks, bytes));
    const row = exchangeSteps(span).indexOf(at);
    const liars: SignedSpan[] = [];
    for (const [i, { signed, states }] of tellers.entries()) {
      const own = shown[i];
      const received = traces[i]?.received[row] ?? [];
      if (own && !(await isAsTold(own, states.get(at) as Uint8Array, received))) liars.push(signed);
    }
    return liars.length > 0 ? { kind: 'lied', who: liars, why: RETOLD } : shown;
  }

  /** What each of the two answers, as it comes. */
  ask({ tellers, span }: Pick<Case, 'tellers' | 'span'>, demand: Demand) {
    return Promise.all(tellers.map(({ signed }) => this.#tools.asking.demand(signed.peer, span, demand)));
  }
}

async function isAsTold(
  { bricks, received }: ShownBricks,
  state: Uint8Array,
  hashes: readonly Uint8Array[],
): Promise<boolean> {
  for (const [place, cells] of bricks)
    if (!(await isDigestOf(digestOf(state, place), cells, digest))) return false;
  for (const [i, cells] of received.entries())
    if (!sameDigest(await haloHash(cells, digest), hashes[i] as Uint8Array)) return false;
  return true;
}
