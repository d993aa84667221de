import type { Box } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { CheckpointOrder } from '../../core/protocol/messages.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { mayUpload } from './upload-rights.js';

/** Gives peers the addresses that they put their bricks to. */
export class UploadDesk {
  readonly #store: Store;
  readonly #id: string;
  readonly #job: Job;

  constructor(store: Store, id: string, job: Job) {
    this.#store = store;
    this.#id = id;
    this.#job = job;
  }

  /** `checkpoint`: the one of that plan that is being stored. A peer that asks for what is not its own is dismissed. */
  async answer(
    member: Member,
    shard: Box,
    checkpoint: CheckpointOrder | undefined,
    { request, objects: wanted }: Extract<RunMessage, { type: 'upload' }>,
  ): Promise<void> {
    const right = { job: this.#job, id: this.#id, shard, checkpoint: checkpoint?.name };
    const objects = [];
    for (const { key, bytes } of wanted) {
      if (!mayUpload(right, key)) return member.dismiss('upload', `${key} is not this peer's to store`);
      objects.push({ key, url: await this.#store.uploadAddress(key, bytes) });
    }
    member.send({ type: 'addresses', request, objects });
  }
}
