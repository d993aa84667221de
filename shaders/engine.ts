import type { Box, Triple } from '../core/grid/box.js';
import type { Compiled } from './compiler/compile.js';

/** What advances shards on a device. */
export interface Engine {
  readonly kind: EngineKind;
  /** The device in words, for people. */
  readonly device: string;
  /** Bytes one shard may hold here. */
  readonly memory: number;
  /** Throws EngineError where the shard does not fit or the device is lost. All state starts at 0. */
  createShard(spec: ShardSpec): Promise<EngineShard>;
  close(): Promise<void>;
}

export type EngineKind = 'webgpu' | 'wasm';

export interface ShardSpec {
  readonly model: Compiled;
  /** Independent copies of the model's fields, all advanced by the same constants: 1 or more. */
  readonly components: number;
  readonly dimensions: 2 | 3;
  /** All cells held: the shard and its halo, in unwrapped grid coordinates. */
  readonly frame: Box;
  /** Values of the model's `constants`. */
  readonly constants: Readonly<Record<string, number>>;
  /** Sampled after every update, in this order. Their cells lie in `frame`. */
  readonly probes: readonly ProbePoint[];
  /**
   * Each of the model's media: one value everywhere, which costs nothing, or `cells`: an array over the frame that
   * starts at 0 and is written once, before the first update, as level `now` of component 0.
   */
  readonly media?: Readonly<Record<string, number | 'cells'>>;
  /**
   * The frame less the ghost layers beyond its mirrors (Neumann faces), which are at most `radius` thick, and no
   * thicker than the domain; the whole frame where it is left out. Before each update every wave's `now` beyond
   * a face of the domain is set to its mirror image: the cell i + 1 layers outside the face to the one i + 1
   * layers inside, edges and corners as well. The wall lies on the face, half a cell beyond the last cell's centre.
   */
  readonly domain?: Box;
  /** In this order; where they overlap, a cell gets the sum, rounded after each. */
  readonly sources?: readonly Source[];
  /** f32 unless given. */
  readonly keepWavesIn?: WaveFormat;
}

/**
 * `f16`: an engine may keep both levels of waves in half precision, rounded after each step and each source. It computes in
 * f32 all the same, hands cells in and out as f32, and keeps trackers and media so. A wave beyond ±65504 becomes infinite
 * there. An engine that keeps f32 does as well.
 */
export type WaveFormat = 'f32' | 'f16';

/**
 * Feeds a wave field in every cell of `box`: a point, a line, a plane or a block, in the coordinates of the frame, which
 * may hold only a part of it, or none. A shard adds it to halo cells as well, so that each cell of the grid gets it once.
 */
export interface Source {
  readonly component: number;
  readonly field: string;
  readonly box: Box;
}

/** One state array: a component's field at one time level. `before` exists for `wave` fields only. A medium kept as cells is named like one. */
export interface StateArray {
  readonly component: number;
  readonly field: string;
  readonly level: 'now' | 'before';
}

/** A box of one state array, in the coordinates of the shard's frame. Data are dense, C order `[z, y, x]`. */
export interface Slab extends StateArray {
  readonly box: Box;
}

export interface ProbePoint {
  readonly component: number;
  readonly field: string;
  readonly cell: Triple;
}

/** One step: cells of `box` get their new values; all others keep theirs, of both levels (see below). */
export interface Update {
  /**
   * Lies in the frame, and at least the model's radius inside it along each axis that the model reads
   * (2-D: not along z). Never empty.
   *
   * Levels swap for the whole frame: after the update, `now` holds new values inside `box`, and outside it
   * what `before` held. That is right where cells are fixed (both levels equal) and irrelevant in halos
   * that are shrinking.
   */
  readonly box: Box;
  /** Time of the newest level before this update, f32 by rounding. */
  readonly time: number;
  /**
   * One for each of the shard's sources: added, in f32, to the field's new level in the cells of the source that
   * this update changes. Trackers do not see it until the next update.
   */
  readonly amplitudes?: readonly number[];
}

export interface Advance {
  /** `[updates, probes]`, C order: level `now` after each update. */
  readonly samples: Float32Array;
  /** Time the device took, as well as it can be told. */
  readonly seconds: number;
}

/**
 * A shard on a device. Calls may be made without awaiting the one before; they take effect, and are answered, in order.
 * Arrays that it hands out are whole buffers of the caller's own, so that they can move to another thread.
 */
export interface EngineShard {
  /** Bytes held on the device. */
  readonly bytes: number;
  /** Copies `data` (the slabs' cells, one slab after the other) into the state. */
  write(slabs: readonly Slab[], data: Float32Array): Promise<void>;
  /**
   * Writes cells that nobody uses until it resolves: to the same cells, in a view of the same memory that may be another object. An engine in
   * another thread moves the whole buffer there and back, and copies nothing; others have no need of it.
   */
  lend?(slabs: readonly Slab[], data: Float32Array): Promise<Float32Array>;
  /**
   * The slabs' cells, one slab after the other. `into`: a whole buffer of as many cells, which the caller gives away; an engine may hand it out
   * with what is read, in place of a new one.
   */
  read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array>;
  advance(updates: readonly Update[]): Promise<Advance>;
  /**
   * Swaps the levels of every wave, in the whole frame: `now` becomes `before`, and `before` becomes `now`. So one part of
   * the cells can be advanced by an odd number of steps, and then another part by the same steps.
   */
  swapLevels(): Promise<void>;
  close(): Promise<void>;
}
