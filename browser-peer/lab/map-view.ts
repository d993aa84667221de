import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import type { RoomStatus, RunLinks } from '../../core/protocol/api.js';
import type { RoomJob } from '../../core/protocol/document.js';
import type { Plan } from '../../core/protocol/plan.js';
import { element, say, show } from '../contribute/elements.js';
import { describeMap, drawMap } from '../contribute/shard-map.js';
import { showLinks } from './links-view.js';

export interface MapNews {
  /** The room's job; nothing is shown where it is not the plan's. */
  readonly roomJob: RoomJob | undefined;
  readonly plan: Plan | undefined;
  readonly peers: RoomStatus['peers'];
  readonly links: RunLinks['links'];
}

/** How the grid is cut, and who exchanges with whom. */
export class MapView {
  /** The plan that is drawn; ids grow, whatever the job. */
  #drawn: number | undefined;
  #job: { readonly id: string; readonly job: Job | undefined } | undefined;

  show({ roomJob, plan, peers, links }: MapNews): void {
    const job = plan && roomJob?.id === plan.job ? this.#jobOf(roomJob) : undefined;
    show('map-card', job !== undefined);
    if (!job || !plan) return;
    showLinks({ job, plan, peers, links });
    if (this.#drawn === plan.id) return;
    this.#drawn = plan.id;
    const { shape, dimensions } = job.grid;
    const boxes = plan.shards.map(({ box }) => box);
    const map = { shape, dimensions, boxes, own: undefined };
    element('map-drawing', HTMLElement).replaceChildren(drawMap(map));
    say('map-caption', describeMap(map));
  }

  /** A file that this page cannot read is not shown. */
  #jobOf({ id, file }: RoomJob): Job | undefined {
    if (this.#job?.id !== id) {
      try {
        this.#job = { id, job: checkJob(file) };
      } catch {
        this.#job = { id, job: undefined };
      }
    }
    return this.#job.job;
  }
}
