import type { CompiledModel } from '../../shaders/compiler/compile.js';
import type { WaveFormat } from '../../shaders/engine.js';
import type { Box, Triple } from '../grid/box.js';
import type { Mirrors } from '../grid/ghosts.js';
import type { Grid } from '../grid/grid.js';
import type { JobFile } from './schema.js';

/** `field.component`, for example `psi.L`; only the field's name where the job names no components. */
export type StateName = string;

/**
 * A job that has been checked: everything a coordinator or a peer needs, derived from the file alone,
 * so that all of them derive the same. Made by `checkJob`.
 */
export interface Job {
  /** The file as it travels and is stored: plain JSON, defaults filled in. */
  readonly file: JobFile;
  readonly name: string;
  readonly model: CompiledModel;
  /** Names of the components; `['']` where the job names none. */
  readonly components: readonly string[];
  readonly grid: Grid;
  /** Edge length of a cell, in `units.length`. */
  readonly spacing: number;
  readonly units: { readonly length: string; readonly time: string; readonly amplitude: string };
  readonly steps: number;
  /** In `units.time`. */
  readonly dt: number;
  /** Values of the model's constants. */
  readonly constants: Readonly<Record<string, number>>;
  /** Cells an update may touch, in grid coordinates: the grid less its fixed edges. On periodic axes it is unbounded (±Infinity). */
  readonly updatable: Box;
  readonly mirrors: Mirrors;
  /** Each of the model's media, by name. */
  readonly media: ReadonlyMap<string, JobMedium>;
  readonly sources: readonly JobSource[];
  readonly initial: ReadonlyMap<StateName, InitialState>;
  readonly probes: readonly Probe[];
  readonly outputs: readonly Output[];
  readonly run: RunSettings;
}

/**
 * `formula`: cells computed by each peer; `box` is in grid coordinates and may be unwrapped over periodic axes.
 * `array`: bricks read from the store, for each of `levels`; a wave without `before` starts at rest: `before`
 * is `now`. A state that is not named starts at 0. Cells outside `updatable` start at 0 in either case.
 */
export type InitialState =
  | { readonly kind: 'formula'; readonly fill: (level: 'now' | 'before', box: Box) => Float32Array }
  | { readonly kind: 'array'; readonly levels: readonly ('now' | 'before')[] };

/**
 * What one of the model's media is in each cell, as engines take it: in units of grid and step. `cells` computes a
 * box, which may be unwrapped over periodic axes. `array`: bricks in the store hold the file's values, to be
 * multiplied by `scale`.
 */
export type JobMedium =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'cells'; readonly fill: (box: Box) => Float32Array }
  | { readonly kind: 'array'; readonly scale: number; readonly min: number; readonly max: number };

/** Feeds one component's wave field in a box of cells. */
export interface JobSource {
  readonly name: string;
  readonly component: number;
  readonly field: string;
  /** In grid coordinates: a point, or a line or plane across the whole grid. */
  readonly box: Box;
  readonly feed: SourceFeed;
}

/** What is added to the new level in the update after `step` steps, in f64. */
export type Amplitude = (step: number) => number;

/** `file`: the job's inputs hold the values of the signal; `weight` is what one of size 1 adds. */
export type SourceFeed =
  | { readonly kind: 'known'; readonly amplitude: Amplitude }
  | {
      readonly kind: 'file';
      readonly weight: number;
      readonly amplitudeOf: (values: ArrayLike<number>) => Amplitude;
    };

/** One cell, recorded at every step. */
export interface Probe {
  readonly name: string;
  /** In grid coordinates. */
  readonly cell: Triple;
  readonly states: readonly StateName[];
}

/** Values of some states on a box (the volume, a plane or a line across the grid), every few steps. */
export interface Output {
  /** The path of its group in the result: `film`; of a probe that is no single cell, `probes/wall`. */
  readonly name: string;
  readonly states: readonly StateName[];
  readonly box: Box;
  /** Steps at which it is taken, ascending, each from 1 to `steps`. */
  readonly steps: readonly number[];
  /** Whether its chunks are put together into larger objects once all of them are there. */
  readonly packed: boolean;
}

export interface RunSettings {
  /** Steps between halo exchanges, 1 or more; where it is left out, plans choose. */
  readonly exchangeEvery?: number;
  /** Steps of an epoch, at most; where `exchangeEvery` is fixed, a multiple of it. */
  readonly longestEpoch: number;
  /** Peers to wait for before the first step. */
  readonly peers: number;
  /** Whether peers that would hold the others up get a shard. */
  readonly use: 'fastest' | 'all';
  /** Relative to the largest value of a slab: what halos may be rounded by. Undefined: nothing, they are exact. */
  readonly haloError?: number | undefined;
  /** Seconds between checkpoints. */
  readonly checkpointSeconds: number;
  /** What engines may keep waves in; those that can. */
  readonly keepWavesIn: WaveFormat;
}
