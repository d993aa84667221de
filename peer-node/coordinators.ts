import { LinkError } from '../core/errors.js';
import { httpObjects } from '../core/peer/http-objects.js';
import type { Objects } from '../core/peer/objects.js';
import { addressesOf, type RoomAddresses } from '../core/protocol/addresses.js';
import { RefusedError } from '../core/protocol/session.js';
import type { Socket } from '../core/protocol/socket.js';
import { connectSocket } from './socket.js';

/** The coordinators that a room may be found at: one of them works, the others stand by. */
export class Coordinators {
  readonly objects: Objects;
  readonly #addresses: readonly RoomAddresses[];
  readonly #objects: readonly Objects[];
  /** The one that was reached last, or is to be tried first. */
  #current = 0;

  /** `links`: addresses or invitations to one room, at least one. @throws ProtocolError where one is none. */
  constructor(links: readonly string[]) {
    this.#addresses = links.map(addressesOf);
    this.#objects = this.#addresses.map((addresses) => httpObjects(fetch, addresses));
    const current = () => this.#objects[this.#current] as Objects;
    this.objects = {
      get: (key) => current().get(key),
      put: (url, bytes) => current().put(url, bytes),
    };
  }

  /**
   * Asks each in turn, the one reached last first. @throws RefusedError where all refuse; LinkError where one of them may
   * let us in later.
   */
  async connect(): Promise<Socket> {
    const failures: unknown[] = [];
    for (const _ of this.#addresses) {
      try {
        return await connectSocket(this.#addresses[this.#current]?.socket ?? '');
      } catch (error) {
        failures.push(error);
        this.#current = (this.#current + 1) % this.#addresses.length;
      }
    }
    const [first] = failures;
    if (failures.length === 1) throw first;
    const isFinal = failures.every((error) => error instanceof RefusedError);
    const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
    throw isFinal ? first : new LinkError(reasons.join('; '));
  }
}
