import type { WasmMemory } from './platform.js';
import type { Site } from './site.js';
import type { Course } from './wavefront.js';

/** A shard's name between an engine and its threads. */
export type ThreadShard = number;

/** What an engine tells a thread. */
export type Order =
  | {
      readonly kind: 'load';
      readonly shard: ThreadShard;
      readonly site: Site;
      readonly module: Uint8Array<ArrayBuffer>;
      readonly memory: WasmMemory;
      readonly meeting: {
        readonly board: SharedArrayBuffer;
        readonly thread: number;
        readonly threads: number;
        readonly patienceMs: number;
      };
    }
  | { readonly kind: 'advance'; readonly shard: ThreadShard; readonly course: Course }
  | { readonly kind: 'unload'; readonly shard: ThreadShard };

/** What a thread says of a load. Courses are not answered: the threads meet in shared memory. */
export type Report =
  | { readonly kind: 'loaded'; readonly shard: ThreadShard }
  | { readonly kind: 'failed'; readonly shard: ThreadShard; readonly message: string };
