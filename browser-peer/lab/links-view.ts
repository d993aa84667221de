import type { Job } from '../../core/job/job.js';
import { haloCells, neighboursOf } from '../../core/plan/neighbours.js';
import { workOf } from '../../core/plan/work.js';
import type { RoomStatus, RunLinks } from '../../core/protocol/api.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { element, show } from '../contribute/elements.js';
import { bytes, count, milliseconds } from '../contribute/numbers.js';
import { fillRows } from './rows.js';

const UNKNOWN = '–';
const NUMBERS = [1, 2, 3];

export interface LinksNews {
  readonly job: Job;
  readonly plan: Plan;
  readonly peers: RoomStatus['peers'];
  /** As the peers have measured them. */
  readonly links: RunLinks['links'];
}

/** Who exchanges with whom, how much, and what the way between them does. */
export function showLinks({ job, plan, peers, links }: LinksNews): void {
  const { grid } = job;
  const peerAt = (place: number) => plan.shards[place]?.peer ?? '';
  const nameOf = (id: PeerId) => peers.find((peer) => peer.id === id)?.name ?? id;
  const boxes = plan.shards.map(({ box }) => box);
  const layers = plan.exchangeEvery * workOf(job).radius;
  const rows = neighboursOf(grid, boxes, layers).map(({ a, b }) => {
    const [first, second] = [boxes[a], boxes[b]];
    const cells =
      first && second ? haloCells(grid, first, second, layers) + haloCells(grid, second, first, layers) : 0;
    const [one, other] = [peerAt(a), peerAt(b)];
    const link = links.find(({ between }) => between.includes(one) && between.includes(other));
    return [
      `${nameOf(one)} and ${nameOf(other)}`,
      count(cells),
      milliseconds(link?.roundTrip),
      link?.rate === undefined ? UNKNOWN : `${bytes(link.rate)}/s`,
    ];
  });
  fillRows(element('link-rows', HTMLElement), rows, NUMBERS);
  show('links-table', rows.length > 0);
  show('no-links', rows.length === 0);
}
