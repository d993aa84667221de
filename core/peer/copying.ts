import type { EngineShard } from '../../shaders/engine.js';
import { ProtocolError } from '../errors.js';
import type { Box } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { stateArrays } from '../job/states.js';
import type { CopyMessage, CopyTakenMessage } from '../links/messages.js';
import { after } from '../links/timer.js';
import { buddyOf } from '../protocol/buddy.js';
import { MAX_COPY_BYTES } from '../protocol/limits.js';
import type { CopyOrder } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import { type Copies, Copy, copyBytes } from './copy.js';
import { GivingPace } from './giving-pace.js';
import { statePieces } from './load.js';
import type { Partners } from './partners.js';

export interface CopyingTools {
  readonly self: PeerId;
  readonly copies: Copies;
  /** Tells nobody of failures: a copy that cannot be had is one that the run goes on without. */
  readonly partners: Partners;
  readonly send: (message: Said) => void;
  /** Seconds, from any start. */
  readonly now: () => number;
}

/**
 * Keeps one shard's state twice while the run goes on: here, and at its buddy, so that no more than the last seconds are
 * lost with a peer. Takes in what the shard sends whose buddy this one is.
 */
export class Copying {
  readonly #tools: CopyingTools;
  readonly #job: Job;
  readonly #plan: Plan;
  readonly #index: number;
  readonly #box: Box;
  readonly #pace = new GivingPace();
  /** What is being given: as of which step, and up to which part the buddy has it. */
  #giving: { readonly step: number; taken: number } | undefined;
  #wake: () => void = () => {};

  constructor(tools: CopyingTools, job: Job, plan: Plan, index: number, box: Box) {
    this.#tools = tools;
    this.#job = job;
    this.#plan = plan;
    this.#index = index;
    this.#box = box;
  }

  /** Resolves once the cells are read; they are given while the run goes on. */
  async take(shard: EngineShard, { step, keeping }: CopyOrder): Promise<void> {
    const { copies, now } = this.#tools;
    const plan = this.#plan.id;
    copies.keepOnly([{ plan, step }, ...(keeping ? [keeping] : [])]);
    const started = now();
    const arrays: Float32Array[][] = [];
    for (const array of stateArrays(this.#job)) {
      const pieces = statePieces(this.#box).map((box) => ({ ...array, box }));
      arrays.push(await Promise.all(pieces.map((piece) => shard.read([piece]))));
    }
    const copy = Copy.of(this.#job, this.#box, arrays);
    copies.keep({ plan, step, shard: this.#index }, copy);
    this.#tell(step, this.#index, now() - started);
    void this.#give(copy, step);
  }

  /**
   * Another peer's part of a copy, or its word that it has one of ours.
   * Throws ProtocolError where it is not ours to keep, too large, or does not fit.
   */
  arrived(sender: PeerId, message: CopyMessage | CopyTakenMessage): void {
    switch (message.type) {
      case 'copy':
        return this.#keep(sender, message);
      case 'copy-taken':
        if (sender !== this.#buddy || message.step !== this.#giving?.step) return;
        this.#giving.taken = message.part;
        return this.#wake();
    }
  }

  /** Gives no more. */
  end(): void {
    this.#giving = undefined;
    this.#wake();
  }

  get #buddy(): PeerId | undefined {
    const { shards } = this.#plan;
    return shards[buddyOf(this.#index, shards.length)]?.peer;
  }

  #keep(sender: PeerId, { step, from, part, cells }: CopyMessage): void {
    const { self, copies, partners } = this.#tools;
    const { id: plan, shards } = this.#plan;
    const owner = shards[from];
    if (owner?.peer !== sender || shards[buddyOf(from, shards.length)]?.peer !== self) {
      throw new ProtocolError(`${sender} sent a copy of shard ${from}, which is not ours to keep`);
    }
    if (copyBytes(this.#job, owner.box) > MAX_COPY_BYTES) {
      throw new ProtocolError(`${sender} sent a copy of shard ${from}, which is too large to be kept`);
    }
    const place = { plan, step, shard: from };
    const copy = copies.of(place) ?? new Copy(this.#job, owner.box);
    copy.put(part, cells);
    copies.keep(place, copy);
    partners.deliver(sender, { type: 'copy-taken', plan, step, from, part }).catch(() => {});
    if (copy.isWhole) this.#tell(step, from, 0);
  }

  /** One part after the other, so that what else the link carries waits for no more than one, and no more of them than its share. */
  async #give(copy: Copy, step: number): Promise<void> {
    const buddy = this.#buddy as PeerId;
    const giving = { step, taken: -1 };
    this.#giving = giving;
    this.#wake();
    const { partners, now } = this.#tools;
    const head = { type: 'copy', plan: this.#plan.id, step, from: this.#index } as const;
    this.#pace.begins(now());
    try {
      for (let part = 0; part < copy.parts && this.#giving === giving; part++) {
        for (let left = this.#pace.left(now()); left > 0; left = this.#pace.left(now())) {
          await this.#woken(left);
          if (this.#giving !== giving) return;
        }
        const sent = now();
        await partners.deliver(buddy, { ...head, part, cells: copy.part(part) });
        while (giving.taken < part) {
          if (this.#giving !== giving) return;
          await this.#woken();
        }
        const way = (await partners.roundTrip(buddy)) ?? 0;
        this.#pace.took(now() - sent - way);
      }
    } catch {
      // The coordinator is never told that it is whole, and goes by the one before.
    }
  }

  /** Resolves when something has changed, or after so many seconds. */
  #woken(seconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = seconds === undefined ? () => {} : after(1000 * seconds, resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }

  #tell(step: number, shard: number, seconds: number): void {
    this.#tools.send({ type: 'copied', plan: this.#plan.id, step, shard, seconds });
  }
}
