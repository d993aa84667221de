import type { Slab } from '../../shaders/engine.js';
import { LinkError } from '../errors.js';
import type { Box } from '../grid/box.js';
import { transfers } from '../grid/transfer.js';
import type { Link } from '../links/link.js';
import type { Links } from '../links/links.js';
import type { ShardMessage } from '../links/messages.js';
import { unpack } from '../parcel/parcel.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import { type Expected, type Inbox, isAwaited } from './inbox.js';

/** A halo that has come. */
export interface TakenHalo {
  readonly cells: Float32Array;
  readonly told: number | undefined;
  readonly done: (cells: Float32Array) => void;
}

export interface PartnersTools {
  readonly self: PeerId;
  readonly links: Links;
  readonly inbox: Inbox;
  /** Work with this peer failed. */
  readonly onFailure: (error: unknown, peer: PeerId) => void;
}

/** A peer that holds cells of a shard: as its own under the plan before, or in a copy. */
export interface Giver {
  /** Index of the shard that it gives of, among those that the plan starts from. */
  readonly shard: number;
  readonly peer: PeerId;
  readonly box: Box;
}

/**
 * What one shard hears from other peers, and tells them. Where work with one of them fails, the coordinator has to be told
 * which: else it is we who are left out for it.
 */
export class Partners {
  readonly #tools: PartnersTools;

  constructor(tools: PartnersTools) {
    this.#tools = tools;
  }

  /** Opens links to all of them that there are none to yet. */
  async connect(peers: Iterable<PeerId>): Promise<void> {
    const others = [...new Set(peers)].filter((peer) => peer !== this.#tools.self);
    await Promise.all(others.map((peer) => this.#linkTo(peer)));
  }

  /** Waits for a part of the state, of `count` cells. */
  async takeState(expected: Expected & { readonly kind: 'state' }, count: number): Promise<Float32Array> {
    const { cells } = await this.#tools.inbox.take(expected);
    return this.#with(expected.sender, async () => {
      if (cells.length === count) return cells;
      throw new LinkError(`${expected.sender} sent ${cells.length} cells where ${count} were due`);
    });
  }

  /**
   * Waits for a halo: the cells of `slabs`, and how fast ours came in there, in bytes a second, where that is known. `done` is to be called, with
   * the cells, by whoever has no more use for them: their memory is used again, also where another thread has had it meanwhile.
   */
  async takeHalo(expected: Expected & { readonly kind: 'halo' }, slabs: readonly Slab[]): Promise<TakenHalo> {
    const { parcel, rate } = await this.#tools.inbox.take(expected);
    const cells = await this.#with(expected.sender, () => unpack(parcel, slabs));
    const isView = cells.buffer === parcel.content.buffer;
    const done = (now: Float32Array) => {
      // Packed halos are of a new length each time.
      if (parcel.coding === 'plain')
        this.#tools.links.giveBack(parcel.content, isView ? now : parcel.content);
    };
    return { cells, told: rate > 0 ? rate : undefined, done };
  }

  /** How fast this peer's messages come in, in bytes a second, where that is known. */
  async incomingRate(peer: PeerId): Promise<number | undefined> {
    return (await this.#linkTo(peer)).incomingRate;
  }

  /** Seconds to this peer and back, where that is known. */
  async roundTrip(peer: PeerId): Promise<number | undefined> {
    return (await this.#linkTo(peer)).roundTrip;
  }

  /**
   * Sends over the link; what is for ourselves goes straight to the inbox. Resolves to the way that it took. `arrived` is called once a link has
   * no more use for the message's cells, if it ever is.
   */
  async deliver(
    peer: PeerId,
    message: ShardMessage,
    arrived?: () => void,
  ): Promise<'inbox' | 'direct' | 'relay'> {
    if (peer === this.#tools.self && isAwaited(message)) {
      this.#tools.inbox.deliver(peer, message);
      return 'inbox';
    }
    const link = await this.#linkTo(peer);
    await this.#with(peer, () => link.send(message, arrived));
    return link.stats().path;
  }

  #linkTo(peer: PeerId): Promise<Link> {
    return this.#with(peer, () => this.#tools.links.to(peer));
  }

  async #with<T>(peer: PeerId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#tools.onFailure(error, peer);
      throw error;
    }
  }
}

/** Who gives the cells of `box`, where the plan starts from what peers hold. */
export function giversOf({ source }: Plan, box: Box): Giver[] {
  if (source.kind !== 'transfer' && source.kind !== 'copies') return [];
  const before = source.shards.map((shard) => shard.box);
  return transfers(before, [box]).map(({ from, box: part }) => ({
    shard: from,
    peer: source.shards[from]?.peer as PeerId,
    box: part,
  }));
}
