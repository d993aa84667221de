import type { Job } from '../../core/job/job.js';
import { snapshotsOf } from '../../core/job/snapshots.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Store } from '../store/store.js';
import { Checkpoints } from './checkpoints.js';
import { Ledger } from './ledger.js';

export interface SafekeepingTools {
  readonly store: Store;
  /** Resolves when all that the coordinator itself writes of the result so far is in the store. */
  readonly flush: () => Promise<void>;
}

/** What a run owes the store, and how far it is safe there: snapshots, the checkpoint under way, the seals. */
export class Safekeeping {
  readonly #job: Job;
  readonly #tools: SafekeepingTools;
  readonly #checkpoints: Checkpoints;
  readonly #ledger = new Ledger();
  readonly #snapshots: ReturnType<typeof snapshotsOf>;
  #underWay: { readonly step: number; readonly owed: Set<PeerId> } | undefined;
  #begun = Date.now();
  #sealing: Promise<void> = Promise.resolve();

  constructor(id: string, job: Job, tools: SafekeepingTools) {
    this.#job = job;
    this.#tools = tools;
    this.#checkpoints = new Checkpoints(tools.store, id);
    this.#snapshots = snapshotsOf(job);
  }

  /** Finds what was sealed before. */
  open(): Promise<void> {
    return this.#checkpoints.open();
  }

  /** Step of the newest sealed checkpoint, if there is one. */
  get newest(): number | undefined {
    return this.#checkpoints.newest;
  }

  /** Step of the checkpoint that is being stored, if one is. */
  get underWay(): number | undefined {
    return this.#underWay?.step;
  }

  /** Whether a peer still has something that the store is to have. */
  owes(peer: PeerId): boolean {
    return this.#ledger.owes(peer) || this.#underWay?.owed.has(peer) === true;
  }

  /** Whether every snapshot up to `step` is in the store. */
  settledThrough(step: number): boolean {
    return this.#ledger.settledThrough(step);
  }

  /** Notes what `peers` owe for the steps after `before`, up to `until`. Returns how many snapshots that is. */
  expect(before: number, until: number, peers: readonly PeerId[]): number {
    const steps = Array.from({ length: until - before }, (_, i) => before + 1 + i);
    const due = steps.filter((step) => this.#snapshots.has(step));
    for (const step of due) this.#ledger.owe(step, peers);
    return due.length;
  }

  /** Whether the time for the next regular checkpoint has come. */
  get isDue(): boolean {
    return Date.now() - this.#begun >= this.#job.run.checkpointSeconds * 1000;
  }

  /** Begins a checkpoint at `step`, unless one is under way. */
  begin(step: number, peers: readonly PeerId[]): void {
    if (this.#underWay) return;
    this.#underWay = { step, owed: new Set(peers) };
    this.#begun = Date.now();
  }

  /** A peer has stored what it owes of a step. */
  stored(what: 'checkpoint' | 'outputs', step: number, peer: PeerId): void {
    switch (what) {
      case 'outputs':
        return this.#ledger.paid(step, peer);
      case 'checkpoint':
        if (this.#underWay?.step === step) this.#underWay.owed.delete(peer);
    }
  }

  /**
   * Seals the checkpoint under way where all of it is stored, and nothing before it is owed. Resolves to its step, once
   * it is sealed; undefined where it is not time.
   */
  seal(): Promise<number> | undefined {
    const { step, owed } = this.#underWay ?? {};
    if (step === undefined || owed?.size !== 0 || !this.#ledger.settledThrough(step)) return undefined;
    this.#underWay = undefined;
    const sealed = this.#sealing.then(async () => {
      await this.#tools.flush();
      await this.#checkpoints.seal(step);
      return step;
    });
    this.#sealing = sealed.then(() => {});
    return sealed;
  }

  /** The run goes back to the newest seal, or the start: what was owed after it will be made again. */
  goBack(): void {
    this.#ledger.clear();
    this.#underWay = undefined;
  }

  /** Removes all checkpoints: the job is done. */
  async clear(): Promise<void> {
    await this.#sealing;
    await this.#checkpoints.clear();
  }
}
