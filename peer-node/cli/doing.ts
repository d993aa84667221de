import type { ContributorStatus } from '../../core/peer/contributor.js';
import { counted } from './words.js';

/** What a peer does, for the person who started it. */
export function doing(status: ContributorStatus): string {
  switch (status.kind) {
    case 'connecting':
      return status.reason === undefined ? 'Connecting' : `Connecting again (${status.reason})`;
    case 'waiting':
      return `Waiting: ${status.reason}`;
    case 'computing': {
      const { job, plan, shard, links } = status;
      return `Computing ${job.name}, shard ${shard + 1} of ${plan.shards.length}, ${counted(links.length, 'link')}`;
    }
    case 'members':
      return `Computing members of ${status.sweep}, ${status.done} done`;
    case 'leaving':
      return 'Handing the shard on';
    case 'left':
      return `Left: ${status.reason}`;
  }
}
