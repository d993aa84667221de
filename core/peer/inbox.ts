import { LinkError, ProtocolError } from '../errors.js';
import type { LinkMessage } from '../links/messages.js';
import { MAX_INBOX_BYTES } from '../protocol/limits.js';
import type { PeerId } from '../protocol/plan.js';

/** Which message a shard waits for. A peer owns one shard of a plan, so its name tells the shard. */
export type Expected =
  | { readonly kind: 'halo'; readonly sender: PeerId; readonly plan: number; readonly step: number }
  | {
      readonly kind: 'state';
      readonly sender: PeerId;
      readonly plan: number;
      /** Which of the shards that the plan starts from: one peer may give of several. */
      readonly from: number;
      readonly part: number;
    };

/** What a shard waits for; the rest is taken in as it comes. */
type Awaited = Extract<LinkMessage, { type: Expected['kind'] }>;

export const isAwaited = (message: LinkMessage): message is Awaited =>
  message.type === 'halo' || message.type === 'state';

/** The message that is waited for. */
type Taken<E extends Expected> = Extract<Awaited, { type: E['kind'] }>;

interface Waiter {
  readonly expected: Expected;
  readonly resolve: (message: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Halos and handed-over state, from their arrival until their shard asks for them. Neighbours run free
 * within an exchange, and may know a plan before we do, so messages come early.
 */
export class Inbox {
  readonly #arrived = new Map<string, Awaited>();
  readonly #waiting = new Map<string, Waiter>();
  /** By plan and sender, the step of the last halo that was asked for: older ones nobody takes any more. */
  readonly #asked = new Map<number, Map<PeerId, number>>();
  #oldestPlan = 0;
  #bytes = 0;

  /** Throws ProtocolError when too much waits already: the sender runs ahead of what the protocol allows. */
  deliver(sender: PeerId, message: Awaited): void {
    if (message.plan < this.#oldestPlan) return;
    const key = keyOf(
      message.type === 'halo'
        ? { kind: 'halo', sender, plan: message.plan, step: message.step }
        : { kind: 'state', sender, plan: message.plan, from: message.from, part: message.part },
    );
    const waiter = this.#waiting.get(key);
    if (waiter) {
      this.#waiting.delete(key);
      waiter.resolve(message as never);
      return;
    }
    if (this.#arrived.has(key) || this.#isPast(sender, message)) return;
    this.#bytes += bytesOf(message);
    if (this.#bytes > MAX_INBOX_BYTES) {
      this.#bytes -= bytesOf(message);
      throw new ProtocolError(
        `more than ${MAX_INBOX_BYTES} bytes wait from other peers; ${sender} runs ahead`,
      );
    }
    this.#arrived.set(key, message);
  }

  /** Rejects with LinkError when the plan is dropped first. */
  take<E extends Expected>(expected: E): Promise<Taken<E>> {
    if (expected.plan < this.#oldestPlan) return Promise.reject(dropped(expected.plan));
    if (expected.kind === 'halo') this.#note(expected.plan, expected.sender, expected.step);
    const key = keyOf(expected);
    const early = this.#arrived.get(key);
    if (early) {
      this.#arrived.delete(key);
      this.#bytes -= bytesOf(early);
      return Promise.resolve(early as Taken<E>);
    }
    return new Promise((resolve, reject) => this.#waiting.set(key, { expected, resolve, reject }));
  }

  /** Whoever waits for halos of `from` under a plan waits for those of `to` instead, who sends again what had come already. */
  redirect(plan: number, from: PeerId, to: PeerId): void {
    const asked = this.#asked.get(plan)?.get(from);
    if (asked !== undefined) this.#note(plan, to, asked);
    for (const [key, { expected, resolve, reject }] of [...this.#waiting]) {
      if (expected.kind !== 'halo' || expected.plan !== plan || expected.sender !== from) continue;
      this.#waiting.delete(key);
      this.take({ ...expected, sender: to }).then((halo) => resolve(halo as never), reject);
    }
    const ofHeir = keyOf({ kind: 'halo', sender: to, plan, step: 0 }).slice(0, -1);
    for (const [key, early] of this.#arrived) {
      if (!key.startsWith(ofHeir) || !this.#isPast(to, early)) continue;
      this.#arrived.delete(key);
      this.#bytes -= bytesOf(early);
    }
  }

  #note(plan: number, sender: PeerId, step: number): void {
    const steps = this.#asked.get(plan) ?? new Map<PeerId, number>();
    this.#asked.set(plan, steps.set(sender, Math.max(step, steps.get(sender) ?? step)));
  }

  #isPast(sender: PeerId, message: Awaited): boolean {
    const asked = this.#asked.get(message.plan)?.get(sender);
    return message.type === 'halo' && asked !== undefined && message.step <= asked;
  }

  /** Forgets all plans before `plan`; whoever waits for them is told. */
  dropBefore(plan: number): void {
    this.#oldestPlan = Math.max(this.#oldestPlan, plan);
    for (const [key, early] of this.#arrived) {
      if (early.plan >= this.#oldestPlan) continue;
      this.#arrived.delete(key);
      this.#bytes -= bytesOf(early);
    }
    for (const asked of this.#asked.keys()) if (asked < this.#oldestPlan) this.#asked.delete(asked);
    for (const [key, waiter] of this.#waiting) {
      if (waiter.expected.plan >= this.#oldestPlan) continue;
      this.#waiting.delete(key);
      waiter.reject(dropped(waiter.expected.plan));
    }
  }
}

function bytesOf(message: Awaited): number {
  switch (message.type) {
    case 'halo':
      return message.parcel.content.byteLength;
    case 'state':
      return message.cells.byteLength;
  }
}

function keyOf(expected: Expected): string {
  switch (expected.kind) {
    case 'halo':
      return `halo ${expected.sender} ${expected.plan} ${expected.step}`;
    case 'state':
      return `state ${expected.sender} ${expected.plan} ${expected.from} ${expected.part}`;
  }
}

const dropped = (plan: number) => new LinkError(`plan ${plan} has been dropped`);
