import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import { haloCells, neighboursOf } from '../../core/plan/neighbours.js';
import { workOf } from '../../core/plan/work.js';
import type { RoomStatus } from '../../core/protocol/api.js';
import type { RoomJob } from '../../core/protocol/document.js';
import type { Plan } from '../../core/protocol/plan.js';
import { element, say, show } from '../contribute/elements.js';
import { count } from '../contribute/numbers.js';
import { describeMap, drawMap } from '../contribute/shard-map.js';
import { fillRows } from './rows.js';

const NUMBERS = [1];

/** How the grid is cut, and who exchanges with whom. */
export class MapView {
  /** The plan that is drawn; ids grow, whatever the job. */
  #drawn: number | undefined;
  #job: { readonly id: string; readonly job: Job | undefined } | undefined;

  /** Nothing is shown where `roomJob` is not the plan's. */
  show(roomJob: RoomJob | undefined, plan: Plan | undefined, peers: RoomStatus['peers']): void {
    const job = plan && roomJob?.id === plan.job ? this.#jobOf(roomJob) : undefined;
    show('map-card', job !== undefined);
    if (!job || !plan || this.#drawn === plan.id) return;
    this.#drawn = plan.id;
    const { shape, dimensions } = job.grid;
    const boxes = plan.shards.map(({ box }) => box);
    const map = { shape, dimensions, boxes, own: undefined };
    element('map-drawing', HTMLElement).replaceChildren(drawMap(map));
    say('map-caption', describeMap(map));
    this.#showLinks(job, plan, peers);
  }

  #showLinks(job: Job, plan: Plan, peers: RoomStatus['peers']): void {
    const { grid } = job;
    const nameOf = (place: number) => {
      const id = plan.shards[place]?.peer;
      return peers.find((peer) => peer.id === id)?.name ?? id ?? '';
    };
    const boxes = plan.shards.map(({ box }) => box);
    const layers = plan.exchangeEvery * workOf(job).radius;
    const rows = neighboursOf(grid, boxes, layers).map(({ a, b }) => {
      const [first, second] = [boxes[a], boxes[b]];
      const cells =
        first && second ? haloCells(grid, first, second, layers) + haloCells(grid, second, first, layers) : 0;
      return [`${nameOf(a)} and ${nameOf(b)}`, count(cells)];
    });
    fillRows(element('link-rows', HTMLElement), rows, NUMBERS);
    show('links-table', rows.length > 0);
    show('no-links', rows.length === 0);
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
