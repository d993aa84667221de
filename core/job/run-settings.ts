import { AXES } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { FaultList } from './faults.js';
import type { RunSettings } from './job.js';
import type { JobFile } from './schema.js';

/**
 * Steps of an epoch and between exchanges, as far as the file fixes them. An epoch is at most as long as a brick has cells along an edge over
 * the radius, so that the light cone of one brick reaches its neighbours only and it can be checked alone;
 * and it holds at least one exchange.
 */
export function runSettingsOf(file: JobFile, grid: Grid, radius: number, faults: FaultList): RunSettings {
  const { exchangeEvery, epoch, peers, use, haloError, checkpointSeconds, keepWavesIn } = file.run;
  const longest = longestEpoch(grid, radius);
  const remedy = `Use at most ${longest}, or larger bricks`;
  if (epoch !== undefined && epoch > longest) {
    faults.add('run.epoch', `${epoch} steps reach across more than one brick`, remedy);
  }
  if (exchangeEvery !== undefined && exchangeEvery > longest) {
    faults.add('run.exchangeEvery', `${exchangeEvery} steps reach across more than one brick`, remedy);
  }
  const most = Math.min(longest, epoch ?? longest);
  const others = { peers, use, haloError, checkpointSeconds, keepWavesIn };
  if (exchangeEvery === undefined) return { longestEpoch: most, ...others };
  return { exchangeEvery, longestEpoch: epochOf(exchangeEvery, longest, epoch), ...others };
}

/** Steps of an epoch, a multiple of the exchange: at most `longest`, and at least `wanted` where that allows it. */
export function epochOf(exchangeEvery: number, longest: number, wanted = longest): number {
  const most = Math.max(1, Math.floor(longest / exchangeEvery));
  return exchangeEvery * Math.min(most, Math.ceil(wanted / exchangeEvery));
}

/** Steps of an epoch at most. An axis that a single brick spans sets no limit: nothing lies beyond it. */
function longestEpoch({ shape, brick }: Grid, radius: number): number {
  const cut = AXES.filter((axis) => brick[axis] < shape[axis]).map((axis) => brick[axis]);
  const edge = cut.length > 0 ? Math.min(...cut) : Math.max(...brick);
  return Math.max(1, Math.floor(edge / radius));
}
