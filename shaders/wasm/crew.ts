import type { EngineError } from '../../core/errors.js';
import type { Update } from '../engine.js';
import type { Port } from '../worker/port.js';
import type { Parity } from './addresses.js';
import { Helper } from './helper.js';
import { loadWavefront } from './load.js';
import { makeBoard, SharedMeeting } from './meeting.js';
import type { WasmMemory } from './platform.js';
import type { Stepper } from './shard.js';
import type { Site } from './site.js';
import type { ThreadShard } from './thread-messages.js';
import type { Course, Wavefront } from './wavefront.js';

/** The threads that an engine may use beside the one it runs on. */
export interface ThreadSource {
  /** With the engine's own: 2 or more. */
  readonly count: number;
  /** Starts a worker that runs `serveThread`, and gives its end of the channel. Closing it ends the worker. */
  readonly spawn: () => Port;
  /** A thread that has not moved for this long in the middle of its work counts as dead; 10 s unless given. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;

/**
 * The threads of an engine, started when the first shard needs them. The engine's own thread is the first: it makes its share
 * of a course while the others make theirs. Once a thread is lost, everything asked of the crew throws EngineError.
 */
export class Crew {
  private readonly helpers: Helper[] = [];
  private readonly board: SharedArrayBuffer;
  private lastShard: ThreadShard = 0;
  private lost: EngineError | undefined;

  constructor(private readonly source: ThreadSource) {
    this.board = makeBoard(source.count);
  }

  /** Takes on a shard, whose cells are in shared memory, with `threads` threads: 2 or more. */
  async load(
    module: Uint8Array<ArrayBuffer>,
    memory: WasmMemory,
    site: Site,
    threads: number,
  ): Promise<Stepper> {
    const { board } = this;
    const shard = ++this.lastShard;
    const patienceMs = this.source.patienceMs ?? PATIENCE_MS;
    const meeting = new SharedMeeting(board, 0, threads, patienceMs);
    const helpers = this.firstHelpers(threads - 1);
    const loading = loadWavefront(module, memory, site, meeting);
    const loads = helpers.map((helper, index) => {
      const place = { board, thread: index + 1, threads, patienceMs };
      return helper.load({ kind: 'load', shard, site, module, memory, meeting: place });
    });
    const outcomes = await Promise.allSettled([loading, ...loads]);
    const failure = outcomes.find(({ status }) => status === 'rejected');
    if (failure) {
      // Those that did load it would keep its cells as long as they live.
      for (const helper of helpers) helper.tell({ kind: 'unload', shard });
      throw (failure as PromiseRejectedResult).reason;
    }
    const wavefront = await loading;
    return new CrewStepper(shard, wavefront, meeting, helpers, site.spec.probes.length, () => this.check());
  }

  close(): void {
    for (const helper of this.helpers) helper.close();
  }

  private firstHelpers(count: number): readonly Helper[] {
    this.check();
    while (this.helpers.length < count) {
      this.helpers.push(
        new Helper(this.source.spawn(), (reason) => {
          this.lost ??= reason;
        }),
      );
    }
    return this.helpers.slice(0, count);
  }

  /** Throws what ended a thread. */
  private check(): void {
    if (this.lost) throw this.lost;
  }
}

/** A shard's steps, made by its threads together. */
class CrewStepper implements Stepper {
  constructor(
    private readonly shard: ThreadShard,
    private readonly wavefront: Wavefront,
    private readonly meeting: SharedMeeting,
    private readonly helpers: readonly Helper[],
    private readonly probes: number,
    private readonly checkCrew: () => void,
  ) {}

  advance(updates: readonly Update[], parity: Parity): Float32Array {
    this.checkCrew();
    const bytes = updates.length * this.probes * Float32Array.BYTES_PER_ELEMENT;
    const course: Course = { updates, parity, samples: new Float32Array(new SharedArrayBuffer(bytes)) };
    this.wavefront.fillGhosts(parity);
    this.meeting.begin();
    for (const helper of this.helpers) helper.tell({ kind: 'advance', shard: this.shard, course });
    try {
      this.wavefront.advance(course);
    } catch (error) {
      this.meeting.stop();
      throw error;
    }
    return Float32Array.from(course.samples);
  }

  close(): void {
    for (const helper of this.helpers) helper.tell({ kind: 'unload', shard: this.shard });
  }
}
