import type { RosterEntry } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { PageState } from './state.js';

/** Cell updates of this device that stood, as the room told last: also between two pieces, and when its connection is lost. */
export class OwnCredit {
  #self: PeerId | undefined;
  #updates: number | undefined;

  /** Undefined where nobody counts them. */
  get updates(): number | undefined {
    return this.#updates;
  }

  follow(state: PageState, roster: ReadonlyMap<PeerId, RosterEntry>): void {
    if (state.kind === 'computing' || state.kind === 'members') this.#self = state.self;
    if (this.#self !== undefined) this.#updates = roster.get(this.#self)?.credit ?? this.#updates;
  }
}
