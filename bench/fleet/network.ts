import type { Fleet, PeerPerformance } from '../../core/plan/fleet.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

/**
 * Carries messages between peers. Each peer has one line out and one in, to its own network and beyond, and each pair a
 * line between them; a line carries one message after another. A message's first byte goes on as soon as it is
 * there, so that what takes longest is the narrowest line, not the sum of all.
 */
export class Network {
  readonly #queue: EventQueue;
  readonly #fleet: Fleet;
  readonly #random: Random;
  readonly #latencyNoise: number;
  readonly #free = new Map<string, number>();
  bytes = 0;

  /** `latencyNoise`: sigma of the logarithm of a message's way, 0 for none. */
  constructor(queue: EventQueue, fleet: Fleet, random: Random, latencyNoise: number) {
    this.#queue = queue;
    this.#fleet = fleet;
    this.#random = random;
    this.#latencyNoise = latencyNoise;
  }

  send(from: number, to: number, bytes: number, arrived: () => void): void {
    const { path, roundTrip, rate, messageSeconds } = this.#fleet.link(from, to);
    this.bytes += bytes;
    const beyond = path !== 'local';
    const sender = this.#fleet.peers[from] as PeerPerformance;
    const receiver = this.#fleet.peers[to] as PeerPerformance;
    const way = messageSeconds + this.#random.lognormal(roundTrip / 2, this.#latencyNoise);

    const out = this.#take(
      `${from} out ${beyond}`,
      this.#queue.now,
      bytes / (beyond ? sender.up : sender.local),
    );
    const between = this.#take(`${from} ${to}`, out.begun, bytes / rate);
    const relayed =
      path === 'relay' ? this.#take('relay', between.begun, bytes / this.#fleet.relayRate) : between;
    const onItsWay = Math.max(out.done, between.done, relayed.done) + way;
    this.#queue.plan(Math.max(between.begun, relayed.begun) + way, () => {
      const seconds = bytes / (beyond ? receiver.down : receiver.local);
      const into = this.#take(`${to} in ${beyond}`, this.#queue.now, seconds);
      this.#queue.plan(Math.max(onItsWay, into.done), arrived);
    });
  }

  #take(line: string, from: number, seconds: number): { readonly begun: number; readonly done: number } {
    if (seconds === 0) return { begun: from, done: from };
    const begun = Math.max(from, this.#free.get(line) ?? 0);
    const done = begun + seconds;
    this.#free.set(line, done);
    return { begun, done };
  }
}
