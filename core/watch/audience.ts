import { ProtocolError } from '../errors.js';
import { MAX_LOOK_CREDIT, MAX_LOOKERS } from '../protocol/limits.js';
import type { PeerId } from '../protocol/plan.js';
import type { LookMessage } from './messages.js';

/** What one viewer asks of this place. */
export interface Looker {
  readonly viewer: PeerId;
  look: Omit<LookMessage, 'type' | 'credit'>;
  /** Slices, or whole frames where a viewer passes them on, that may still be sent. */
  credit: number;
}

/** Those who look at one place, and what each of them may still be sent. */
export class Audience {
  readonly #lookers = new Map<PeerId, Looker>();

  /** @throws ProtocolError where there are as many already as one place serves. */
  heard(viewer: PeerId, { type: _, credit, ...look }: LookMessage): void {
    const before = this.#lookers.get(viewer);
    if (!before && this.#lookers.size >= MAX_LOOKERS) {
      throw new ProtocolError(`${MAX_LOOKERS} viewers look here already; ask somebody else`);
    }
    if (before?.look.view === look.view) {
      before.look = look;
      before.credit = Math.min(MAX_LOOK_CREDIT, before.credit + credit);
    } else this.#lookers.set(viewer, { viewer, look, credit });
  }

  /** Forgets all who are not in `present`. */
  keepOnly(present: { has(viewer: PeerId): boolean }): void {
    for (const viewer of [...this.#lookers.keys()]) if (!present.has(viewer)) this.lost(viewer);
  }

  lost(viewer: PeerId): void {
    this.#lookers.delete(viewer);
  }

  /**
   * To whom something is due at `step`, the first step that is shown after `before`: everybody's own pace is in steps, so that
   * all who hold a part of a plane choose the same steps without a word.
   */
  due(before: number, step: number): Looker[] {
    return [...this.#lookers.values()].filter(
      ({ credit, look: { every } }) => credit > 0 && Math.floor(step / every) > Math.floor(before / every),
    );
  }
}
