import type { Port } from '../worker/port.js';
import { loadWavefront } from './load.js';
import { SharedMeeting } from './meeting.js';
import type { Order, Report, ThreadShard } from './thread-messages.js';
import type { Wavefront } from './wavefront.js';

/** A worker's end as one of the threads of a wasm engine, which started it and ends it. */
export function serveThread(port: Port): void {
  const shards = new Map<ThreadShard, Loaded>();
  const report = (message: Report) => port.post(message, []);

  const load = async ({ shard, site, module, memory, meeting: place }: Extract<Order, { kind: 'load' }>) => {
    const meeting = new SharedMeeting(place.board, place.thread, place.threads, place.patienceMs);
    shards.set(shard, { wavefront: await loadWavefront(module, memory, site, meeting), meeting });
    report({ kind: 'loaded', shard });
  };

  /** Whatever goes wrong here, the others are not left waiting. */
  const advance = ({ shard, course }: Extract<Order, { kind: 'advance' }>) => {
    const { wavefront, meeting } = shards.get(shard) as Loaded;
    try {
      wavefront.advance(course);
    } catch (error) {
      meeting.stop();
      report({ kind: 'failed', shard, message: String(error) });
    }
  };

  port.onMessage = (message) => {
    const order = message as Order;
    switch (order.kind) {
      case 'load':
        void load(order).catch((error: unknown) =>
          report({ kind: 'failed', shard: order.shard, message: String(error) }),
        );
        return;
      case 'advance':
        advance(order);
        return;
      case 'unload':
        shards.delete(order.shard);
        return;
    }
  };
}

interface Loaded {
  readonly wavefront: Wavefront;
  readonly meeting: SharedMeeting;
}
