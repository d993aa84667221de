import type { EngineShard } from '../../shaders/engine.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { EpochTally } from './epoch-tally.js';
import { type Exchange, readParcels } from './exchange.js';
import type { Partners } from './partners.js';

export interface HalosTools {
  readonly plan: Plan;
  /** The shard's place in the plan. */
  readonly index: number;
  readonly exchange: Exchange;
  readonly partners: Partners;
  readonly tally: EpochTally;
  readonly shard: EngineShard;
  /** What was to be sent could not be read. */
  readonly onFailure: (error: unknown) => void;
}

/** One shard's halo exchanges under a plan. Sending waits for nobody, and nothing waits for it. */
export class Halos {
  readonly #tools: HalosTools;
  /** Settles when all that was to be sent has been, or can't be; never rejects. */
  #sending: Promise<void> = Promise.resolve();
  #sent = -1;
  /** Halo cells that the shard itself owns, as of the step sent last. */
  #own: Promise<Float32Array> | undefined;

  constructor(tools: HalosTools) {
    this.#tools = tools;
  }

  /**
   * Asks the engine at once for what the others need as of `step`, and sends it when it has been read: the cells that are sent
   * have to be right by then, whatever the engine is asked for afterwards.
   */
  send(step: number): void {
    const { shard, exchange } = this.#tools;
    const { outgoing, own } = exchange;
    this.#sent = step;
    const parcels = readParcels(shard, outgoing);
    this.#own = own.source.length > 0 ? shard.read(own.source) : undefined;
    // Whoever receives awaits it; a run that ends first does not.
    this.#own?.catch(() => undefined);
    this.#sending = Promise.all([this.#sending, this.#sendAll(step, parcels)]).then(() => undefined);
  }

  /** Sends what the others need as of `step`, unless it has been, and resolves once the shard's own halo is as of `step`. */
  async receive(step: number): Promise<void> {
    if (this.#sent < step) this.send(step);
    const { plan, shard, partners, exchange } = this.#tools;
    const { incoming, own } = exchange;
    const received = incoming.map(async ({ shard: other, slabs, cells: count }) => {
      const expected = { kind: 'halo', sender: this.#peerOf(other), plan: plan.id, step } as const;
      const cells = await partners.take(expected, count);
      await shard.write(slabs, cells);
    });
    const copied = this.#own?.then((cells) => shard.write(own.target, cells));
    // All at once: one that failed while another was awaited would be an unhandled rejection.
    await Promise.all([...received, copied]);
  }

  async #sendAll(step: number, reading: Promise<Float32Array[]>): Promise<void> {
    const { exchange, onFailure } = this.#tools;
    let parcels: Float32Array[];
    try {
      parcels = await reading;
    } catch (error) {
      onFailure(error);
      return;
    }
    const sent = exchange.outgoing.map(({ shard }, i) =>
      this.#sendTo(this.#peerOf(shard), step, parcels[i] as Float32Array),
    );
    await Promise.all(sent);
  }

  async #sendTo(peer: PeerId, step: number, cells: Float32Array): Promise<void> {
    const { plan, index, partners, tally } = this.#tools;
    try {
      const path = await partners.deliver(peer, { type: 'halo', from: index, plan: plan.id, step, cells });
      if (path !== 'inbox') tally.sent(cells.byteLength, path);
    } catch {
      // The partners have told of it.
    }
  }

  #peerOf(shard: number): PeerId {
    return this.#tools.plan.shards[shard]?.peer as PeerId;
  }
}
