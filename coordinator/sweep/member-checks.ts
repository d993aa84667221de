import { checkJob } from '../../core/job/check.js';
import { memberOf } from '../../core/job/sweep.js';
import { inputsIdOf, type WholeSweep } from '../../core/job/whole-sweep.js';
import type { Readable } from '../../core/peer/load.js';
import { memberId } from '../../core/protocol/member-id.js';
import type { Engine } from '../../shaders/engine.js';
import type { Store } from '../store/store.js';
import type { Checker } from '../trust/checker.js';
import { EqualChunks, NearChunks } from './chunk-comparison.js';
import { computeAgain } from './member-again.js';
import type { Claim, MemberVerdict } from './member-verdict.js';

interface MemberChecksTools {
  readonly checker: Checker;
  readonly store: Pick<Store, 'get'>;
  /** Whether the sweep waits for checks, and for nothing else; or is over. */
  readonly isWaiting: () => boolean;
}

/** What a peer says of a member, and where its chunks are, by the keys that they have in the result: there, unless this says otherwise. */
export interface Claimed {
  readonly claim: Claim;
  readonly numericalClass: string;
  readonly chunks?: Readable;
}

/** Computes members again on the coordinator's own engine, and reads what peers brought to the store of them. */
export class MemberChecks {
  readonly #id: string;
  readonly #sweep: WholeSweep;
  readonly #tools: MemberChecksTools;
  readonly #longest: number;
  readonly #ending = new AbortController();

  constructor(id: string, sweep: WholeSweep, tools: MemberChecksTools) {
    this.#id = id;
    this.#sweep = sweep;
    this.#tools = tools;
    this.#longest = Math.max(...sweep.members.map(({ steps }) => steps));
  }

  /** Resolves to undefined where the sweep is over before. Rejects with what the engine or the store rejects with. */
  async check(member: number, claimed: Claimed): Promise<MemberVerdict | undefined> {
    const { checker, isWaiting } = this.#tools;
    const sameClass = (await checker.numericalClass()) === claimed.numericalClass;
    return checker.computeInTurn((engine) => this.#compare(engine, member, claimed, sameClass), isWaiting);
  }

  /** Whatever is being computed is let be. */
  close(): void {
    this.#ending.abort();
  }

  async #compare(
    engine: Engine,
    member: number,
    { claim, chunks: stored = this.#tools.store }: Claimed,
    sameClass: boolean,
  ): Promise<MemberVerdict | undefined> {
    const { signal } = this.#ending;
    const needed = this.#sweep.members[member]?.bytes[engine.kind] ?? 0;
    if (needed > engine.memory) return { kind: 'unknown', why: 'it is too large for the coordinator' };
    const { places, file } = memberOf(this.#sweep, this.#sweep.file, member);
    const job = checkJob(file);
    const chunks = sameClass ? new EqualChunks(stored) : new NearChunks(stored, job);
    const outcome = await computeAgain(
      {
        ...{ engine, signal, objects: this.#tools.store },
        onChunk: (key, bytes) => (claim === 'stored' ? chunks.add(key, bytes) : Promise.resolve()),
      },
      {
        id: memberId(this.#id, places),
        inputs: inputsIdOf(this.#id, this.#sweep, places),
        job,
        longest: this.#longest,
      },
    );
    switch (outcome.kind) {
      case 'left':
        return undefined;
      case 'failed':
        if (!outcome.final) return { kind: 'unknown', why: outcome.reason };
        return claim === 'stored' ? belied('it stored a member that diverges', sameClass) : { kind: 'holds' };
      case 'done':
        if (claim === 'stored') return chunks.verdict;
        return belied('it could not compute a member', claim === 'diverged' && sameClass);
    }
  }
}

const belied = (why: string, isLie: boolean): MemberVerdict => ({ kind: isLie ? 'lied' : 'doubtful', why });
