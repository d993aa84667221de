import type { Use } from './uses.js';

/** Why a peer is used as it is, in words for a page or a terminal. */
export function useInWords(use: Use): string {
  switch (use.kind) {
    case 'shard':
      return `computes ${percent(use.share)} of the grid; ${LIMITS[use.limit]}`;
    case 'memory':
      return `has no room for one brick: ${megabytes(use.needed)} needed, ${megabytes(use.offered)} offered`;
    case 'too-slow':
      return `too slow for a shard: one brick takes it ${duration(use.brickSeconds)} a step, the whole run takes ${duration(use.stepSeconds)}`;
    case 'link-too-slow':
      return `too far for a shard: one brick’s halo takes ${duration(use.haloSeconds)} a step, the whole run takes ${duration(use.stepSeconds)}`;
    case 'shadow':
      return `shadow of shard ${use.shard + 1}: computes it a second time, and takes over if its peer goes`;
    case 'unpaired':
      return 'waits for a peer to compute with: this job has each shard computed twice';
    case 'extra':
      return 'not needed: the run would be no quicker for it';
  }
}

/** Of a peer without a shard that computes spans of the others again. */
export const CHECKS_OTHERS = 'checks the work of others';

const LIMITS = {
  compute: 'its computing sets its pace',
  latency: 'the way to its neighbours sets its pace',
  bandwidth: 'the bytes it exchanges set its pace',
  grants: 'the way to the coordinator sets its pace',
} as const;

const percent = (share: number) => `${Number((100 * share).toPrecision(2))}%`;
const megabytes = (bytes: number) => `${Number((bytes / 1e6).toPrecision(3))} MB`;
const duration = (seconds: number) =>
  seconds >= 1 ? `${Number(seconds.toPrecision(2))} s` : `${Number((seconds * 1000).toPrecision(2))} ms`;
