import { ProtocolError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import { probeChunkKey } from '../../core/protocol/keys.js';
import type { ToCoordinator } from '../../core/protocol/messages.js';
import { decodeCells, encodeCells } from '../../core/result/cells.js';
import { timeChunk } from '../../core/result/time-chunk.js';
import type { Store } from '../store/store.js';

export type ProbeSamples = Extract<ToCoordinator, { type: 'epoch' }>['probes'][number];

/** 64 MiB in runs of up to 16 million steps. */
const MAX_CHUNKS_IN_MEMORY = 1024;

interface OpenChunk {
  readonly cells: Float32Array;
  changed: boolean;
}

/**
 * What a job's probes have recorded, kept in the result's own arrays: a chunk that has not been written to for long
 * goes to the store, and comes back where a run rolled back to before its end. Samples of the same steps replace
 * the ones before, so it does not matter how often an epoch is computed, and a run that goes on after a restart
 * finds what was flushed.
 */
export class ProbeSeries {
  /** By key in the store, the longest unused first. */
  readonly #chunks = new Map<string, OpenChunk>();
  readonly #chunkSteps: number;
  #last: Promise<void> = Promise.resolve();

  /** `longest`: how long the series is, where the job is a member of a sweep and others have more steps. */
  constructor(
    private readonly store: Store,
    private readonly jobId: string,
    private readonly job: Job,
    longest = job.steps,
  ) {
    this.#chunkSteps = timeChunk(longest);
  }

  /** Rejects with ProtocolError, recording nothing, where the job has no such probe, states or steps. */
  add(samples: ProbeSamples): Promise<void> {
    return this.#inTurn(() => this.#record(samples));
  }

  /**
   * What one state of a probe was after `count` steps from step `first` (1 or later) on, as far as the job goes; NaN
   * where nothing is recorded. @throws RangeError where the job has no such probe or state.
   */
  read(index: number, column: number, first: number, count: number): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const probe = this.job.probes[index];
      const state = probe?.states[column];
      if (probe === undefined || state === undefined) throw new RangeError(`no probe ${index} ${column}`);
      const end = Math.min(first - 1 + count, this.job.steps);
      const values = new Float32Array(Math.max(0, end - first + 1));
      for (let sample = first - 1; sample < end; ) {
        const chunk = Math.floor(sample / this.#chunkSteps);
        const open = await this.#open(probeChunkKey(this.jobId, probe.name, state, chunk));
        const start = chunk * this.#chunkSteps;
        const stop = Math.min(end, start + this.#chunkSteps);
        values.set(open.cells.subarray(sample - start, stop - start), sample - first + 1);
        sample = stop;
      }
      return values;
    });
  }

  /** Resolves when all that has been added lies in the store. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      for (const [key, chunk] of this.#chunks) await this.#save(key, chunk);
    });
  }

  /** One after the other: two that load the same chunk at once would lose what one of them adds. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  async #record({ probe: index, first, values }: ProbeSamples): Promise<void> {
    const probe = this.job.probes[index];
    if (probe === undefined) throw new ProtocolError(`the job has no probe ${index}`);
    if (first < 1 || first + values.length - 1 > this.job.steps) {
      throw new ProtocolError(`samples of steps that the job does not have: ${values.length} from ${first}`);
    }
    if (values.some((row) => row.length !== probe.states.length)) {
      throw new ProtocolError(`samples of ${probe.name} that are not of its ${probe.states.length} states`);
    }
    for (const [column, state] of probe.states.entries()) {
      for (let row = 0; row < values.length; ) {
        const sample = first - 1 + row;
        const chunk = Math.floor(sample / this.#chunkSteps);
        const open = await this.#open(probeChunkKey(this.jobId, probe.name, state, chunk));
        open.changed = true;
        const end = Math.min(values.length, (chunk + 1) * this.#chunkSteps - first + 1);
        for (; row < end; row++) {
          open.cells[first - 1 + row - chunk * this.#chunkSteps] = values[row]?.[column] ?? Number.NaN;
        }
      }
    }
  }

  async #open(key: string): Promise<OpenChunk> {
    const open = this.#chunks.get(key) ?? { cells: await this.#load(key), changed: false };
    this.#chunks.delete(key);
    this.#chunks.set(key, open);
    for (const [oldest, chunk] of this.#chunks) {
      if (this.#chunks.size <= MAX_CHUNKS_IN_MEMORY) break;
      await this.#save(oldest, chunk);
      this.#chunks.delete(oldest);
    }
    return open;
  }

  async #load(key: string): Promise<Float32Array> {
    const stored = await this.store.get(key);
    return stored === undefined
      ? new Float32Array(this.#chunkSteps).fill(Number.NaN)
      : decodeCells(stored, this.#chunkSteps);
  }

  async #save(key: string, chunk: OpenChunk): Promise<void> {
    if (!chunk.changed) return;
    await this.store.put(key, await encodeCells(chunk.cells));
    chunk.changed = false;
  }
}
