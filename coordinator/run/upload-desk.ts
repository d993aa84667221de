import type { Box } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { CheckpointOrder } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { mayUpload } from './upload-rights.js';

/** Objects whose bytes have been named: more than are ever under way at once. */
const REMEMBERED = 65_536;

/** Gives peers the addresses that they put their bricks to: each for the bytes that its peer has named, and no others. */
export class UploadDesk {
  readonly #store: Store;
  readonly #id: string;
  readonly #job: Job;
  readonly #owes: (step: number, peer: PeerId) => boolean;
  /** By plan, peer and key, the SHA-256 of what an address was given for: whoever takes a shard over names what it has itself. */
  readonly #named = new Map<string, string>();

  /** `owes`: whether a peer still owes the store its part of the snapshots of a step. */
  constructor(store: Store, id: string, job: Job, owes: (step: number, peer: PeerId) => boolean) {
    this.#store = store;
    this.#id = id;
    this.#job = job;
    this.#owes = owes;
  }

  /** `checkpoint`: the one of that plan that is being stored. A peer that asks for what is not its own to store now is dismissed. */
  async answer(
    member: Member,
    shard: Box,
    checkpoint: CheckpointOrder | undefined,
    { request, plan, objects: wanted }: Extract<RunMessage, { type: 'upload' }>,
  ): Promise<void> {
    const owes = (step: number) => this.#owes(step, member.id);
    const right = { job: this.#job, id: this.#id, shard, checkpoint: checkpoint?.name, owes };
    for (const { key, sha256 } of wanted) {
      if (!mayUpload(right, key)) return member.dismiss('upload', `${key} is not this peer's to store`);
      if (!this.#name(`${plan} ${member.id} ${key}`, sha256)) {
        return member.dismiss('upload', `${key} was to hold other bytes; name the bytes of an object once`);
      }
    }
    const objects = [];
    for (const { key, bytes, ...checksums } of wanted) {
      objects.push({ key, url: await this.#store.uploadAddress(key, bytes, checksums) });
    }
    member.send({ type: 'addresses', request, objects });
  }

  /** False where other bytes have been named: what has been read and found right is not to be replaced. */
  #name(object: string, sha256: string): boolean {
    const before = this.#named.get(object);
    this.#named.set(object, before ?? sha256);
    const [oldest] = this.#named.keys();
    if (this.#named.size > REMEMBERED && oldest !== undefined) this.#named.delete(oldest);
    return before === undefined || before === sha256;
  }
}
