import type { EngineShard, Slab } from '../../shaders/engine.js';
import type { Job } from '../job/job.js';
import { Packing } from '../parcel/packing.js';
import { type Parcel, pack, partsOf } from '../parcel/parcel.js';
import { roundCells } from '../parcel/rounding.js';
import { EPOCHS_AHEAD } from '../plan/epochs-ahead.js';
import { holdersOf, isShadow } from '../protocol/holders.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Witness } from '../witness/witness.js';
import { breathe } from './breathe.js';
import type { EpochTally } from './epoch-tally.js';
import { type Exchange, readParcels } from './exchange.js';
import type { Partners } from './partners.js';
import { type Done, Users } from './users.js';

export interface HalosTools {
  readonly self: PeerId;
  readonly job: Job;
  /** As it stands: shadows take over. */
  readonly plan: () => Plan;
  /** The shard's place in the plan. */
  readonly index: number;
  readonly exchange: Exchange;
  readonly partners: Partners;
  readonly tally: EpochTally;
  readonly shard: EngineShard;
  /** Notes what comes and goes, where this peer signs for its shard. */
  readonly witness?: Witness;
  /** Seconds, from any start. */
  readonly now: () => number;
  /** What was to be sent could not be read, or packed. */
  readonly onFailure: (error: unknown) => void;
}

/** Epochs that a peer may be behind its shadow when it dies, and its neighbours behind both: as many as are granted, and one where a run pauses. */
const EPOCHS_HELD_BACK = EPOCHS_AHEAD + 1;

/** What one shard sends in one exchange: a parcel for each neighbour, all in one buffer. */
interface Outgoing {
  readonly parcels: readonly Float32Array[];
  readonly users: Users;
}

/** What would have been sent, and who to tell once it need not be kept. */
interface HeldBack {
  readonly outgoing: Outgoing;
  readonly done: Done;
}

/**
 * One shard's halo exchanges under a plan. Sending waits for nobody, and nothing waits for it. A shadow takes in what its shard's peer
 * does, and holds back what it would send itself.
 */
export class Halos {
  readonly #tools: HalosTools;
  /** Settles when all that was to be sent has been, or can't be; never rejects. */
  #sending: Promise<void> = Promise.resolve();
  #sent = -1;
  readonly #packings = new Map<PeerId, Packing>();
  /** Halo cells that the shard itself owns, as of the step sent last. */
  #own: Promise<Float32Array> | undefined;
  /** By step, what a shadow would have sent: its neighbours may still need it where it takes over. */
  readonly #heldBack = new Map<number, HeldBack>();
  /** Buffers that held what was sent, and that nobody needs any more. */
  readonly #spare: Float32Array<ArrayBuffer>[] = [];
  /** Those that held the shard's own halo. */
  readonly #spareOwn: Float32Array<ArrayBuffer>[] = [];

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
    const parcels = readParcels(shard, outgoing, this.#spare.pop());
    this.#own = own.source.length > 0 ? shard.read(own.source, this.#spareOwn.pop()) : undefined;
    // Whoever receives awaits it; a run that ends first does not.
    this.#own?.catch(() => undefined);
    this.#sending = Promise.all([this.#sending, this.#sendAll(step, parcels)]).then(() => undefined);
  }

  /**
   * Sends what the others need as of `step`, unless it has been, and resolves once all that the shard needs has come and the engine has been asked to
   * take it in: it does before whatever it is asked for afterwards, so that nobody has to wait for `taken`, which settles when it has.
   */
  async receive(step: number): Promise<{ readonly taken: Promise<void> }> {
    if (this.#sent < step) this.send(step);
    const { exchange } = this.#tools;
    const { incoming, own } = exchange;
    const taken: Promise<void>[] = [];
    const asked = (taking: Promise<void>) => {
      // Whoever called awaits it, unless another halo cannot be had.
      taking.catch(() => undefined);
      taken.push(taking);
    };
    const received = incoming.map((parcel) => this.#receiveParcel(step, parcel, asked));
    const copied = this.#own?.then((cells) => asked(this.#copyOwn(own.target, cells)));
    // All at once: one that failed while another was awaited would be an unhandled rejection.
    await Promise.all([...received, copied]);
    const all = Promise.all(taken).then(() => undefined);
    // Whoever called may have failed meanwhile.
    all.catch(() => undefined);
    return { taken: all };
  }

  /** Waits for a neighbour's halo and asks the engine to take it in: what `asked` is told settles when it has. */
  async #receiveParcel(
    step: number,
    { shard: other, slabs }: Exchange['incoming'][number],
    asked: (taking: Promise<void>) => void,
  ): Promise<void> {
    const { plan, shard, partners, witness } = this.#tools;
    const sender = this.#peerOf(other);
    const expected = { kind: 'halo', sender, plan: plan().id, step } as const;
    const { cells, told, done } = await partners.takeHalo(expected, slabs);
    if (told) this.#packingFor(sender).told(told);
    asked(
      lend(shard, slabs, cells).then((back) => {
        if (witness) witness.received(step, other, back, () => done(back));
        else done(back);
      }),
    );
  }

  async #copyOwn(target: readonly Slab[], cells: Float32Array): Promise<void> {
    this.#spareOwn.push(wholeBuffer(await lend(this.#tools.shard, target, cells)));
  }

  /** This shadow has become its shard's peer: what neighbours may still wait for is sent. Never rejects. */
  async takeOver(): Promise<void> {
    const held = [...this.#heldBack];
    this.#heldBack.clear();
    try {
      for (const [step, { outgoing, done }] of held) {
        await this.#sendParcels(step, outgoing);
        done();
      }
    } catch (error) {
      this.#tools.onFailure(error);
    }
  }

  async #sendAll(step: number, reading: Promise<Float32Array[]>): Promise<void> {
    try {
      await this.#packAndSend(step, await reading);
    } catch (error) {
      this.#tools.onFailure(error);
    }
  }

  async #packAndSend(step: number, parcels: readonly Float32Array[]): Promise<void> {
    const { self, plan, exchange, witness } = this.#tools;
    const outgoing: Outgoing = { parcels, users: new Users(() => this.#reuse(parcels)) };
    const done = outgoing.users.join();
    for (const [i, { shard, slabs }] of exchange.outgoing.entries()) {
      const cells = parcels[i] as Float32Array;
      this.#round(slabs, cells);
      witness?.sent(step, shard, cells, outgoing.users.join());
    }
    if (isShadow(plan(), self)) return this.#holdBack(step, { outgoing, done });
    await this.#sendParcels(step, outgoing);
    done();
  }

  #holdBack(step: number, held: HeldBack): void {
    this.#heldBack.set(step, held);
    const oldest = step - EPOCHS_HELD_BACK * this.#tools.plan().epoch;
    for (const [before, { done }] of this.#heldBack) {
      if (before >= oldest) continue;
      this.#heldBack.delete(before);
      done();
    }
  }

  /** All parcels are views of the buffer that they were read into. */
  #reuse([first]: readonly Float32Array[]): void {
    if (first) this.#spare.push(wholeBuffer(first));
  }

  /** Each parcel to all who compute the shard that it is for. */
  async #sendParcels(step: number, { parcels, users }: Outgoing): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const [i, { shard, slabs }] of this.#tools.exchange.outgoing.entries()) {
      const packed = await this.#packedFor(this.#peerOf(shard), slabs, parcels[i] as Float32Array);
      for (const peer of holdersOf(this.#tools.plan(), shard)) {
        sent.push(this.#sendTo(peer, step, packed, users.join()));
      }
      // The first is on its way, and whatever waits is done, before the next is packed.
      await breathe();
    }
    await Promise.all(sent);
  }

  #round(slabs: readonly Slab[], cells: Float32Array): void {
    const { haloError } = this.#tools.job.run;
    if (haloError !== undefined) for (const part of partsOf(slabs, cells)) roundCells(part.cells, haloError);
  }

  async #packedFor(peer: PeerId, slabs: readonly Slab[], cells: Float32Array): Promise<Parcel> {
    const { now } = this.#tools;
    const packing = this.#packingFor(peer);
    if (!packing.wanted(cells.byteLength)) return pack(slabs, cells, 'plain');
    const started = now();
    const parcel = await pack(slabs, cells, 'packed');
    // What is quiet says nothing of what is not.
    if (parcel.coding === 'packed') {
      packing.packed(cells.byteLength, parcel.content.byteLength, now() - started);
    }
    return parcel;
  }

  async #sendTo(peer: PeerId, step: number, parcel: Parcel, arrived: Done): Promise<void> {
    const { plan, index, partners, tally } = this.#tools;
    try {
      const rate = (await partners.incomingRate(peer)) ?? 0;
      const halo = { type: 'halo', from: index, plan: plan().id, step, rate, parcel } as const;
      const path = await partners.deliver(peer, halo, arrived);
      if (path !== 'inbox') tally.sent(parcel.content.byteLength, path);
    } catch {
      // The partners have told of it.
    }
  }

  #packingFor(peer: PeerId): Packing {
    const packing = this.#packings.get(peer) ?? new Packing();
    this.#packings.set(peer, packing);
    return packing;
  }

  #peerOf(shard: number): PeerId {
    return this.#tools.plan().shards[shard]?.peer as PeerId;
  }
}

/** Writes cells without a copy, where the engine is in another thread: resolves to them, once they may be used again. */
async function lend(shard: EngineShard, slabs: readonly Slab[], cells: Float32Array): Promise<Float32Array> {
  if (shard.lend) return shard.lend(slabs, cells);
  await shard.write(slabs, cells);
  return cells;
}

/** What an engine hands out has a buffer of its own. */
const wholeBuffer = ({ buffer }: Float32Array) => new Float32Array(buffer as ArrayBuffer);
