import type { PlainShardSpec } from '../worker/messages.js';
import type { Layout } from './layout.js';
import type { Blocking } from './schedule.js';

/** What every thread that works on a shard knows of it: plain data. */
export interface Site {
  readonly spec: PlainShardSpec;
  readonly layout: Layout;
  readonly blocking: Blocking;
}
