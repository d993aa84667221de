import { EngineError } from '../../core/errors.js';

/** How the threads that make a course keep out of one another's way. Tiles count from the start of the course. */
export interface Meeting {
  /** This thread's place in the order of shares, and how many there are. */
  readonly thread: number;
  readonly threads: number;
  /** Says that this thread is at work. Others give up on one that has not for long. */
  beat(): void;
  /** Returns once the thread above has released this tile. */
  awaitAbove(tile: number): void;
  releaseBelow(tile: number): void;
  /** Returns once every thread has come here. */
  gather(): void;
}

/** Of one thread, which never waits. */
export const alone: Meeting = {
  thread: 0,
  threads: 1,
  beat: () => {},
  awaitAbove: () => {},
  releaseBelow: () => {},
  gather: () => {},
};

/** Words this far apart do not share a cache line. */
const LINE = 16;
const ARRIVED = 0;
const GATHERINGS = LINE;
const STOPPED = 2 * LINE;
const releasedBy = (thread: number) => (3 + 2 * thread) * LINE;
const beatOf = (thread: number) => (4 + 2 * thread) * LINE;

/** What the threads of an engine meet at. */
export function makeBoard(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * beatOf(threads));
}

/** Looks before sleeping: some 50 µs, about what being woken takes. */
const GLANCES = 20_000;
const NAP_MS = 50;

/**
 * One thread's end of a meeting of several, for one course after the other. Waiting throws EngineError where a thread has stopped, or no thread has beaten for `patienceMs`: that counts naps, so a
 * device that sleeps for an hour loses none.
 */
export class SharedMeeting implements Meeting {
  private readonly words: Int32Array;

  constructor(
    board: SharedArrayBuffer,
    readonly thread: number,
    readonly threads: number,
    private readonly patienceMs: number,
  ) {
    this.words = new Int32Array(board);
  }

  /**
   * By one thread, before the others learn of the course. One that has not yet left the last gathering looks at gatherings only.
   * Throws EngineError once a thread has stopped: what it left on the board would let another course pass for complete.
   */
  begin(): void {
    this.checkStopped();
    for (let thread = 0; thread < this.threads; thread += 1) Atomics.store(this.words, releasedBy(thread), 0);
  }

  /** For good: makes every thread that waits, now or later, throw. */
  stop(): void {
    Atomics.store(this.words, STOPPED, 1);
    for (let thread = 0; thread < this.threads; thread += 1) Atomics.notify(this.words, releasedBy(thread));
    Atomics.notify(this.words, GATHERINGS);
  }

  beat(): void {
    Atomics.add(this.words, beatOf(this.thread), 1);
  }

  awaitAbove(tile: number): void {
    this.waitUntil(releasedBy(this.thread + 1), (tiles) => tiles > tile);
  }

  releaseBelow(tile: number): void {
    Atomics.store(this.words, releasedBy(this.thread), tile + 1);
    Atomics.notify(this.words, releasedBy(this.thread));
  }

  gather(): void {
    const gatherings = Atomics.load(this.words, GATHERINGS);
    if (Atomics.add(this.words, ARRIVED, 1) < this.threads - 1) {
      this.waitUntil(GATHERINGS, (now) => now !== gatherings);
      return;
    }
    Atomics.store(this.words, ARRIVED, 0);
    Atomics.add(this.words, GATHERINGS, 1);
    Atomics.notify(this.words, GATHERINGS);
  }

  private waitUntil(word: number, isReady: (value: number) => boolean): void {
    for (let glance = 0; glance < GLANCES; glance += 1) {
      if (isReady(Atomics.load(this.words, word))) return;
    }
    let beats = this.beats();
    let waitedMs = 0;
    for (;;) {
      const value = Atomics.load(this.words, word);
      if (isReady(value)) return;
      this.checkStopped();
      if (Atomics.wait(this.words, word, value, NAP_MS) !== 'timed-out') continue;
      const beatsNow = this.beats();
      waitedMs = beatsNow === beats ? waitedMs + NAP_MS : 0;
      beats = beatsNow;
      if (waitedMs < this.patienceMs) continue;
      this.stop();
      throw new EngineError(`a thread of the wasm engine has not moved for ${this.patienceMs / 1000} s`);
    }
  }

  private checkStopped(): void {
    if (Atomics.load(this.words, STOPPED) !== 0) throw new EngineError('a thread of the wasm engine failed');
  }

  private beats(): number {
    let beats = 0;
    for (let thread = 0; thread < this.threads; thread += 1)
      beats += Atomics.load(this.words, beatOf(thread));
    return beats;
  }
}
