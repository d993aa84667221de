/** One peer of those a grid is cut for: its place in the list of weights, and its weight there. */
export interface Share {
  readonly index: number;
  readonly weight: number;
}

/** Peers near one another, fastest first. */
export type Group = readonly Share[];

/** Peers in two parts. */
export interface Split {
  /** Weight of the first part ÷ that of all, between 0 and 1. */
  readonly part: number;
  readonly countLow: number;
  readonly groups: () => { readonly peersLow: readonly Group[]; readonly peersHigh: readonly Group[] };
}

/** So few peers are split in every way there is: 2⁸ − 2. */
const FEW = 8;

/**
 * Ways to part peers in two. Several groups are parted between two of them, in their order, so that peers near one
 * another stay together. One group is parted anyhow: fast from slow, and mixed so that the parts come out
 * as a cut has them.
 *
 * Gives a function that finds the splits whose parts are nearest to `part`, up to `most` on each side of it, with at most
 * `roomLow` and `roomHigh` peers in them.
 */
export function splitsNear(
  groups: readonly Group[],
): (part: number, roomLow: number, roomHigh: number, most: number) => Split[] {
  const [only] = groups;
  const splits = groups.length > 1 || !only ? betweenGroups(groups) : withinGroup(only);
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  splits.sort((a, b) => a.part - b.part);
  return (part, roomLow, roomHigh, most) => {
    const fits = ({ countLow }: Split) => countLow <= roomLow && count - countLow <= roomHigh;
    const found: Split[] = [];
    const above = firstAtLeast(splits, part);
    take(splits, above, 1, most, fits, found);
    take(splits, above - 1, -1, most, fits, found);
    if (only && groups.length === 1 && count > FEW) found.push(...filled(only, part).filter(fits));
    return found;
  };
}

function take(
  splits: readonly Split[],
  from: number,
  by: 1 | -1,
  most: number,
  fits: (split: Split) => boolean,
  into: Split[],
): void {
  let left = most;
  for (let i = from; left > 0 && i >= 0 && i < splits.length; i += by) {
    const split = splits[i];
    if (!split || !fits(split)) continue;
    into.push(split);
    left -= 1;
  }
}

function firstAtLeast(splits: readonly Split[], part: number): number {
  let low = 0;
  let high = splits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((splits[middle]?.part ?? 1) < part) low = middle + 1;
    else high = middle;
  }
  return low;
}

function betweenGroups(groups: readonly Group[]): Split[] {
  const total = sumOf(groups.flat());
  let weight = 0;
  let countLow = 0;
  return groups.slice(0, -1).map((group, i) => {
    weight += sumOf(group);
    countLow += group.length;
    return {
      part: weight / total,
      countLow,
      groups: () => ({ peersLow: groups.slice(0, i + 1), peersHigh: groups.slice(i + 1) }),
    };
  });
}

function withinGroup(group: Group): Split[] {
  return group.length <= FEW ? everySplit(group) : fastFromSlow(group);
}

function everySplit(group: Group): Split[] {
  return Array.from({ length: 2 ** group.length - 2 }, (_, i) =>
    splitOf(group, (place) => ((i + 1) >> place) & 1),
  );
}

/** The n fastest on either side: slow peers then share a thin piece between them. */
function fastFromSlow(group: Group): Split[] {
  const total = sumOf(group);
  let weight = 0;
  return group.slice(0, -1).flatMap((share, i): Split[] => {
    weight += share.weight;
    const n = i + 1;
    const fast = () => [group.slice(0, n)];
    const slow = () => [group.slice(n)];
    return [
      { part: weight / total, countLow: n, groups: () => ({ peersLow: fast(), peersHigh: slow() }) },
      {
        part: 1 - weight / total,
        countLow: group.length - n,
        groups: () => ({ peersLow: slow(), peersHigh: fast() }),
      },
    ];
  });
}

/** Peers put into the first part, the fastest first, as long as they fit: close to `part`, and of all speeds. */
function filled(group: Group, part: number): Split[] {
  const total = sumOf(group);
  const low: Share[] = [];
  const high: Share[] = [];
  let weight = 0;
  for (const share of group) {
    const fits = weight + share.weight <= part * total;
    (fits ? low : high).push(share);
    if (fits) weight += share.weight;
  }
  if (low.length === 0 || high.length === 0) return [];
  return [
    {
      part: weight / total,
      countLow: low.length,
      groups: () => ({ peersLow: [low], peersHigh: [high] }),
    },
  ];
}

function splitOf(group: Group, inLow: (place: number) => number): Split {
  let weight = 0;
  let countLow = 0;
  for (const [place, share] of group.entries()) {
    if (!inLow(place)) continue;
    weight += share.weight;
    countLow += 1;
  }
  return {
    part: weight / sumOf(group),
    countLow,
    groups: () => ({
      peersLow: [group.filter((_, place) => inLow(place))],
      peersHigh: [group.filter((_, place) => !inLow(place))],
    }),
  };
}

function sumOf(shares: readonly Share[]): number {
  let sum = 0;
  for (const { weight } of shares) sum += weight;
  return sum;
}
