import type { EngineKind, WaveFormat } from '../../shaders/engine.js';
import type { Job } from './job.js';
import { placesOf } from './states.js';

/** Of a state, as it travels and is stored, and as it is held unless the job allows less. */
export const BYTES_OF_CELL = Float32Array.BYTES_PER_ELEMENT;

/** What a job's memory depends on. */
type Sized = Pick<Job, 'grid' | 'components' | 'model' | 'media' | 'run'>;

/** A peer's part in this. */
export interface Holder {
  readonly engine: EngineKind;
  /** Bytes that a shard may hold there. */
  readonly memory: number;
}

/** Bytes of a job's whole state and of its media on engines of a kind, halos left out. */
export function memoryNeeded(job: Sized, engine: EngineKind): number {
  return cellsOf(job) * bytesOfCell(job, engine);
}

/** Bytes of one cell's state and media on an engine of that kind. */
export function bytesOfCell(job: Sized, engine: EngineKind): number {
  const states = [...placesOf(job.components, job.model.model.fields).values()];
  const bytes = states.map(({ field }) =>
    field.kind === 'wave' ? 2 * BYTES_OF_WAVE[waveFormatOn(job.run.keepWavesIn, engine)] : BYTES_OF_CELL,
  );
  const media = [...job.media.values()].filter(({ kind }) => kind !== 'constant');
  return bytes.reduce((sum, each) => sum + each, media.length * BYTES_OF_CELL);
}

const BYTES_OF_WAVE: Readonly<Record<WaveFormat, number>> = { f32: BYTES_OF_CELL, f16: 2 };

/** The engine `wasm` keeps f32, whatever a job allows. */
export function waveFormatOn(allowed: WaveFormat, engine: EngineKind): WaveFormat {
  return engine === 'webgpu' ? allowed : 'f32';
}

/** Cells of a job, halos left out, that a peer can hold. */
export function cellsHeld(job: Sized, { engine, memory }: Holder): number {
  return memory / bytesOfCell(job, engine);
}

/** No browser tells how much memory a GPU has, so peers offer little of it unasked. */
const MORE_ON_A_GPU = ' (with --gpu-memory, a peer offers more of its GPU)';

/**
 * Why the job does not fit a fleet, or undefined if it may. Halos come on top, so a job that only just fits can still be
 * refused by a peer. What the state takes is reckoned as this fleet would hold it.
 */
export function memoryShortfall(job: Sized, fleet: readonly Holder[]): string | undefined {
  const held = sum(fleet.map((holder) => cellsHeld(job, holder)));
  if (cellsOf(job) <= held) return undefined;
  const offered = sum(fleet.map(({ memory }) => memory));
  const needed = held > 0 ? (offered / held) * cellsOf(job) : memoryNeeded(job, 'wasm');
  const peers = fleet.length === 1 ? 'the one peer offers' : `the ${fleet.length} peers together offer`;
  const hint = fleet.some(({ engine }) => engine === 'webgpu') ? MORE_ON_A_GPU : '';
  return `the state takes ${gigabytes(needed)}, and ${peers} ${gigabytes(offered)}${hint}`;
}

function cellsOf({ grid }: Sized): number {
  const [nz, ny, nx] = grid.shape;
  return nz * ny * nx;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;
