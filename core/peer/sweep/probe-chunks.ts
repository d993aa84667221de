import type { Probe, StateName } from '../../job/job.js';
import { probeChunkKey } from '../../protocol/keys.js';
import type { ToCoordinator } from '../../protocol/messages.js';
import { encodeCells } from '../../result/cells.js';
import { timeChunk } from '../../result/time-chunk.js';
import type { Upload } from '../objects.js';
import type { MemberWork } from './member-work.js';

type Samples = Extract<ToCoordinator, { type: 'epoch' }>['probes'];

/** What a member's probes record, as chunks of the sweep's series. Steps that a shorter member lacks stay NaN. */
export class ProbeChunks {
  readonly #work: MemberWork;
  readonly #chunk: number;
  /** By probe, by its states: whole chunks. */
  readonly #series: readonly (readonly Float32Array[])[];

  constructor(work: MemberWork) {
    this.#work = work;
    this.#chunk = timeChunk(work.longest);
    const length = this.#chunk * Math.ceil(work.job.steps / this.#chunk);
    this.#series = work.job.probes.map(({ states }) =>
      states.map(() => new Float32Array(length).fill(Number.NaN)),
    );
  }

  add(samples: Samples): void {
    for (const { probe, first, values } of samples) {
      for (const [column, series] of (this.#series[probe] ?? []).entries()) {
        for (const [row, at] of values.entries()) series[first - 1 + row] = at[column] ?? Number.NaN;
      }
    }
  }

  /** Everything recorded, to be stored. */
  uploads(): readonly Upload[] {
    return this.#work.job.probes.flatMap((probe, index) =>
      probe.states.flatMap((state, column) =>
        this.#chunksOf(probe, state, this.#series[index]?.[column] ?? new Float32Array()),
      ),
    );
  }

  #chunksOf({ name }: Probe, state: StateName, series: Float32Array): Upload[] {
    return Array.from({ length: series.length / this.#chunk }, (_, chunk) => ({
      key: probeChunkKey(this.#work.id, name, state, chunk),
      encode: () => encodeCells(series.slice(chunk * this.#chunk, (chunk + 1) * this.#chunk)),
    }));
  }
}
