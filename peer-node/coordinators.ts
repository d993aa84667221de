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
  /** The one that was reached last; the first one before any was. */
  #current = 0;

  /** `links`: addresses or invitations to one room, at least one. @throws ProtocolError where one is none. */
  constructor(links: readonly string[]) {
    this.#addresses = links.map(addressesOf);
    this.#objects = this.#addresses.map((addresses) => httpObjects(fetch, addresses));
    const current = () => this.#objects[this.#current] as Objects;
    this.objects = {
      get: (key) => current().get(key),
      put: (url, bytes, checksums) => current().put(url, bytes, checksums),
      show: (url, bytes) => current().show(url, bytes),
      take: (url) => current().take(url),
    };
  }

  /**
   * Asks all of them at once, and stays with the first that lets us in: one that hangs, or whose machine is gone, answers
   * nothing for seconds, while another may have taken over. @throws RefusedError where all refuse; LinkError where one of
   * them may let us in later.
   */
  async connect(): Promise<Socket> {
    const others = new AbortController();
    const attempts = this.#addresses.map(async ({ socket }, index) => {
      const open = await connectSocket(socket, others.signal);
      if (others.signal.aborted) {
        open.close();
        throw new LinkError('another coordinator was first');
      }
      others.abort();
      this.#current = index;
      return open;
    });
    try {
      return await Promise.any(attempts);
    } catch (error) {
      throw failureOf((error as AggregateError).errors);
    }
  }
}

function failureOf(failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || failures.every((error) => error instanceof RefusedError)) return first;
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  return new LinkError(reasons.join('; '));
}
