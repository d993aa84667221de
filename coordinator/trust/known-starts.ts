import type { SpanStart } from '../../core/witness/replay.js';
import type { Span } from '../../core/witness/span.js';

/** States kept here, so that a shard whose next span is checked too need not be sent again. */
const KEPT_STATE_BYTES = 256 * 1024 * 1024;

/** States that spans begin with, as far as the coordinator has them, or can make them. */
export class KnownStarts {
  /** By plan, shard and step: the state there as it was computed here. */
  readonly #states = new Map<string, Float32Array>();

  /** `sameClass`: whether the peer's bits are those of the checker's engine. */
  of({ plan, shard, from }: Span, sameClass: boolean): SpanStart | undefined {
    if (from === plan.from && plan.source.kind === 'initial') return { kind: 'initial' };
    if (from === plan.from && plan.source.kind === 'checkpoint')
      return { kind: 'checkpoint', seal: plan.source.seal };
    const cells = sameClass ? this.#states.get(`${plan.id} ${shard} ${from}`) : undefined;
    return cells && { kind: 'cells', cells };
  }

  /** Keeps the state at a span's end until the shard's next one is kept, as far as there is room. */
  keep({ plan, shard, to }: Span, cells: Float32Array): void {
    for (const name of this.#states.keys())
      if (name.startsWith(`${plan.id} ${shard} `)) this.#states.delete(name);
    const kept = [...this.#states.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (kept + cells.byteLength <= KEPT_STATE_BYTES) this.#states.set(`${plan.id} ${shard} ${to}`, cells);
  }

  clear(): void {
    this.#states.clear();
  }
}
