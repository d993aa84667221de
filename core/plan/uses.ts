import { type Box, boxOfShape, cellCount } from '../grid/box.js';
import { mostShards } from '../grid/partition.js';
import { type Candidate, candidateOf, type Setting } from './candidate.js';
import { memoryOf } from './cost.js';
import type { Fleet } from './fleet.js';
import type { Limit } from './part.js';
import { updatesOf } from './updates.js';

/** What a peer is used for in a run, and if for nothing, why. */
export type Use =
  /** `share`: of all cells. `limit`: what its step takes longest over. */
  | { readonly kind: 'shard'; readonly share: number; readonly limit: Limit }
  /** It cannot hold one brick and its halo: `needed` and `offered` in bytes. */
  | { readonly kind: 'memory'; readonly needed: number; readonly offered: number }
  /** One brick alone would take it longer than the others take for a step: both in seconds. */
  | { readonly kind: 'too-slow'; readonly brickSeconds: number; readonly stepSeconds: number }
  /** One brick's halo would be on its way longer than the others take for a step: both in seconds. */
  | { readonly kind: 'link-too-slow'; readonly haloSeconds: number; readonly stepSeconds: number }
  /** It computes a shard that another peer answers for: by its place in the plan. */
  | { readonly kind: 'shadow'; readonly shard: number }
  /** Each shard is to be computed twice, and there is no second peer like it: of its numerical class. */
  | { readonly kind: 'unpaired' }
  /** It could take part, and the run would not be quicker for it. */
  | { readonly kind: 'extra' };

/** What each peer of the fleet is used for in the run `chosen`, in their order. */
export function usesIn(setting: Setting, chosen: Candidate): Use[] {
  const cells = cellCount(boxOfShape(setting.work.grid.shape));
  const places = new Map(chosen.members.map((peer, place) => [peer, place]));
  return setting.fleet.peers.map((_, peer) => {
    const place = places.get(peer);
    if (place === undefined) return unused(setting, chosen, peer);
    return {
      kind: 'shard',
      share: cellCount(chosen.shards[place] as Box) / cells,
      limit: chosen.cost.peers[place]?.limit ?? 'compute',
    };
  });
}

function unused({ work, fleet }: Setting, { members, pace, cost }: Candidate, peer: number): Use {
  const { memory, rate, ...own } = fleet.peers[peer] as Fleet['peers'][number];
  const k = pace.exchangeEvery;
  const brick = inTheMiddle(work.grid.shape, work.grid.brick);
  const needed = memoryOf(work, brick, k);
  if (needed > memory) return { kind: 'memory', needed, offered: memory };
  const stepSeconds = cost.secondsPerStep;
  const { all, swept } = updatesOf(work, brick, k);
  const brickSeconds =
    (all + own.sweepUpdates * swept) / k / rate + own.stepSeconds + own.exchangeSeconds / k;
  if (brickSeconds > stepSeconds) return { kind: 'too-slow', brickSeconds, stepSeconds };
  const deep = memoryOf(work, brick, k) / work.bytesHeld - cellCount(brick);
  const shallow = memoryOf(work, brick, k - 1) / work.bytesHeld - cellCount(brick);
  const bytes = deep * work.bytesDeep + shallow * work.bytesShallow;
  const haloSeconds = Math.min(...members.map((member) => haloSecondsOf(fleet, peer, member, bytes))) / k;
  return haloSeconds > stepSeconds ? { kind: 'link-too-slow', haloSeconds, stepSeconds } : { kind: 'extra' };
}

/** A brick with neighbours all round, where the grid has such. */
function inTheMiddle(
  shape: readonly [number, number, number],
  brick: readonly [number, number, number],
): Box {
  const lo = shape.map((cells, axis) => {
    const edge = brick[axis] as number;
    return Math.floor((Math.ceil(cells / edge) - 1) / 2) * edge;
  }) as [number, number, number];
  const hi = lo.map((at, axis) => Math.min(at + (brick[axis] as number), shape[axis] as number));
  return { lo, hi: hi as [number, number, number] };
}

function haloSecondsOf(fleet: Fleet, peer: number, member: number, bytes: number): number {
  const { path, roundTrip, rate, messageSeconds } = fleet.link(peer, member);
  const { up, down, local } = fleet.peers[peer] as Fleet['peers'][number];
  const narrowest = Math.min(rate, path === 'local' ? local : Math.min(up, down));
  return roundTrip / 2 + messageSeconds + bytes / narrowest;
}

/**
 * What one more peer like `like` would add to the run `chosen`: the part of a step that it would save, 0 to less than 1. It
 * is taken to sit beside `like`, on the same network, and to have the same links. Nothing where each brick has a peer already.
 */
export function gainOfOneMore(setting: Setting, chosen: Candidate, like: number): number {
  const { work, fleet, groups } = setting;
  if (chosen.members.length >= mostShards(work.grid)) return 0;
  const added = fleet.peers.length;
  const beside = { path: 'local', roundTrip: 0.001, rate: Infinity, messageSeconds: 0 } as const;
  const twin = (peer: number) => (peer === added ? like : peer);
  const larger: Fleet = {
    ...fleet,
    peers: [...fleet.peers, fleet.peers[like] as Fleet['peers'][number]],
    link: (a, b) => (twin(a) === twin(b) ? beside : fleet.link(twin(a), twin(b))),
  };
  const joined = groups.map((group) => (group.includes(like) ? [...group, added] : group));
  const more = candidateOf(
    { ...setting, fleet: larger, groups: joined },
    [...chosen.members, added],
    'thorough',
  );
  return more ? Math.max(0, 1 - more.cost.secondsPerStep / chosen.cost.secondsPerStep) : 0;
}
