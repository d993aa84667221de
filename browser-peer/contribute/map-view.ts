import type { Plan } from '../../core/protocol/plan.js';
import { element, say, show } from './elements.js';
import type { RoomSnapshot } from './follow-room.js';
import { summaryOf } from './job-summary.js';
import { describeMap, drawMap, type ShardMap } from './shard-map.js';
import type { PageState } from './state.js';

/** A map, and the plan that it shows. */
export interface PlanMap extends ShardMap {
  readonly plan: Plan;
}

/** The plan as anyone sees it; undefined while nothing runs. */
export function mapOfRoom({ job, plan }: RoomSnapshot): PlanMap | undefined {
  if (job?.state !== 'running' || plan?.job !== job.id) return undefined;
  const summary = summaryOf(job);
  return summary && { ...summary, plan, boxes: boxesOf(plan), own: undefined };
}

/** The plan with this device's shard. */
export function mapOfShard({ job, plan, shard }: Extract<PageState, { kind: 'computing' }>): PlanMap {
  const { shape, dimensions } = job.grid;
  return { shape, dimensions, plan, boxes: boxesOf(plan), own: shard };
}

/** What each place shows now: drawn again only for another plan or shard. */
const drawn = new Map<'offer' | 'work', PlanMap | undefined>();

export function showMap(place: 'offer' | 'work', map: PlanMap | undefined): void {
  show(`${place}-map`, map !== undefined);
  const before = drawn.get(place);
  if (!map || (before?.plan === map.plan && before.own === map.own)) return;
  drawn.set(place, map);
  element(`${place}-drawing`, HTMLElement).replaceChildren(drawMap(map));
  say(`${place}-caption`, describeMap(map));
}

const boxesOf = (plan: Plan) => plan.shards.map(({ box }) => box);
