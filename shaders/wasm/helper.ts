import { EngineError } from '../../core/errors.js';
import type { Port } from '../worker/port.js';
import type { Order, Report, ThreadShard } from './thread-messages.js';

interface Load {
  readonly resolve: () => void;
  readonly reject: (reason: EngineError) => void;
}

/** A thread beside the engine's own, seen from there. Owns the port to it. */
export class Helper {
  private readonly loads = new Map<ThreadShard, Load>();
  private lost: EngineError | undefined;

  /** `onLost` is called once, where the thread ends unasked or fails at a course. */
  constructor(
    private readonly port: Port,
    private readonly onLost: (reason: EngineError) => void,
  ) {
    port.onMessage = (message) => this.settle(message as Report);
    port.onClose = (reason) => this.lose(`a thread of the wasm engine has ended: ${reason}`);
  }

  /** Resolves when the thread can advance the shard. Rejects with EngineError where it cannot, or ends. */
  load(order: Extract<Order, { kind: 'load' }>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost);
      this.loads.set(order.shard, { resolve, reject });
      this.port.post(order, []);
    });
  }

  tell(order: Exclude<Order, { kind: 'load' }>): void {
    this.port.post(order, []);
  }

  close(): void {
    this.lose('the engine is closed');
    this.port.close();
  }

  private settle(report: Report): void {
    const load = this.loads.get(report.shard);
    this.loads.delete(report.shard);
    if (report.kind === 'loaded') load?.resolve();
    else if (load)
      load.reject(new EngineError(`a thread of the wasm engine cannot start: ${report.message}`));
    else this.lose(`a thread of the wasm engine failed: ${report.message}`);
  }

  private lose(reason: string): void {
    if (this.lost) return;
    this.lost = new EngineError(reason);
    for (const { reject } of this.loads.values()) reject(this.lost);
    this.loads.clear();
    this.onLost(this.lost);
  }
}
