import type { ViewerEntry } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { type Sight, sameSight } from '../../core/watch/view.js';
import { MAX_VIEWERS, MAX_VIEWS, VIEWERS_SERVED } from './limits.js';

/** Those who see the same samples, in the order of a heap: each is served by the one before it in the tree, the first by the peers. */
interface Group {
  view: Sight;
  readonly members: PeerId[];
}

/**
 * Arranges a room's viewers so that peers send each slice once: who sees the same samples is in one tree, and each passes on what it
 * gets to `VIEWERS_SERVED` others.
 */
export class Viewers {
  readonly #write: (viewer: PeerId, entry: ViewerEntry | undefined) => void;
  readonly #entries = new Map<PeerId, ViewerEntry>();
  #groups: Group[] = [];

  /** `write` puts an entry into the room's document, or takes it out. */
  constructor(write: (viewer: PeerId, entry: ViewerEntry | undefined) => void) {
    this.#write = write;
  }

  get isFull(): boolean {
    return this.#entries.size >= MAX_VIEWERS;
  }

  join(viewer: PeerId, kind: ViewerEntry['kind']): void {
    this.#put(viewer, { kind });
  }

  /** False where so many planes are seen already that this one can't be. What the viewer saw before goes on then. */
  look(viewer: PeerId, view: Sight | undefined): boolean {
    const before = this.#groups.find(({ members }) => members.includes(viewer));
    const group = view && this.#groups.find((other) => sameSight(other.view, view));
    const isAlone = before !== undefined && before !== group && before.members.length === 1;
    if (view && !group && this.#groups.length - (isAlone ? 1 : 0) >= MAX_VIEWS) return false;
    if (before && before !== group) this.#leave(before, viewer);
    const kind = this.#entries.get(viewer)?.kind ?? 'browser';
    if (!view) this.#put(viewer, { kind });
    else if (group && group === before) this.#put(viewer, { ...this.#entries.get(viewer), kind, view });
    else this.#add(group ?? this.#open(view), viewer, { kind, view });
    return true;
  }

  left(viewer: PeerId): void {
    const group = this.#groups.find(({ members }) => members.includes(viewer));
    if (group) this.#leave(group, viewer);
    this.#entries.delete(viewer);
    this.#write(viewer, undefined);
  }

  #open(view: Sight): Group {
    const group = { view, members: [] };
    this.#groups.push(group);
    return group;
  }

  #add(group: Group, viewer: PeerId, entry: ViewerEntry): void {
    group.members.push(viewer);
    this.#put(viewer, entry);
    this.#arrange(group);
  }

  /** The last takes the place that becomes free: nobody else but those served there hears of it. */
  #leave(group: Group, viewer: PeerId): void {
    const { members } = group;
    const place = members.indexOf(viewer);
    const last = members.pop() as PeerId;
    if (last !== viewer) members[place] = last;
    if (members.length === 0) this.#groups = this.#groups.filter((other) => other !== group);
    this.#arrange(group);
  }

  #arrange({ members }: Group): void {
    for (const [place, viewer] of members.entries()) {
      const entry = this.#entries.get(viewer) as ViewerEntry;
      const { from: before, ...rest } = entry;
      const from = place === 0 ? undefined : members[Math.floor((place - 1) / VIEWERS_SERVED)];
      if (before !== from) this.#put(viewer, { ...rest, ...(from !== undefined && { from }) });
    }
  }

  #put(viewer: PeerId, entry: ViewerEntry): void {
    this.#entries.set(viewer, entry);
    this.#write(viewer, entry);
  }
}
