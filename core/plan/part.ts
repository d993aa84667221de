import type { LinkPath, PeerPerformance } from './fleet.js';
import type { Updates } from './updates.js';

/** What holds a peer, or a run, up. */
export type Limit = 'compute' | 'latency' | 'bandwidth' | 'grants';

/** One peer's part, for k steps; bytes, and then times, are added up as its links are gone through. */
export class Part {
  neighbours = 0;
  /** Sum over the neighbours of the seconds for k steps with each. */
  waits = 0;
  /** Seconds for k steps, as far as is known. */
  seconds: number;
  limit: Limit = 'compute';
  #sentLocal = 0;
  #sentBeyond = 0;
  #receivedLocal = 0;
  #receivedBeyond = 0;

  constructor(
    readonly peer: PeerPerformance,
    readonly updates: Updates,
    readonly compute: number,
    readonly band: number,
  ) {
    this.seconds = compute;
  }

  send(to: Part, path: LinkPath, bytes: number): void {
    if (path === 'local') {
      this.#sentLocal += bytes;
      to.#receivedLocal += bytes;
    } else {
      this.#sentBeyond += bytes;
      to.#receivedBeyond += bytes;
    }
  }

  get sent(): number {
    return this.#sentLocal + this.#sentBeyond;
  }

  get received(): number {
    return this.#receivedLocal + this.#receivedBeyond;
  }

  /** Seconds for k steps that its network is busy sending on such links. */
  sending(path: LinkPath): number {
    return path === 'local' ? this.#sentLocal / this.peer.local : this.#sentBeyond / this.peer.up;
  }

  receiving(path: LinkPath): number {
    return path === 'local' ? this.#receivedLocal / this.peer.local : this.#receivedBeyond / this.peer.down;
  }

  /** Seconds for k steps that its network is busy, in the direction and on the links where it is longest. */
  get network(): number {
    return Math.max(
      this.sending('local'),
      this.receiving('local'),
      this.sending('direct'),
      this.receiving('direct'),
    );
  }

  raise(seconds: number, limit: Limit): void {
    if (seconds <= this.seconds) return;
    this.seconds = seconds;
    this.limit = limit;
  }

  waitFor(seconds: number, limit: Limit): void {
    this.raise(seconds, limit);
    this.waits += seconds;
    this.neighbours += 1;
  }
}
