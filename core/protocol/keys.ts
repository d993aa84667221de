import type { Triple } from '../grid/box.js';
import { memberOfId } from './member-id.js';

// Where things lie in the store. Peers and the coordinator build keys with these alone. `job` is the id of a job, of a
// sweep, or of a member of one, whose outputs and probes are parts of the sweep's.

const index = ([z, y, x]: Triple) => `${z}/${y}/${x}`;

/** All that is a job's alone lies under it. */
function home(job: string): string {
  const member = memberOfId(job);
  return member ? `jobs/${member.sweep}/members/${member.places.join('-')}` : `jobs/${job}`;
}

/** Where a job's chunks begin in the arrays of its result: along the axes of its sweep. */
const placesOf = (job: string): readonly number[] => memberOfId(job)?.places ?? [];

/** What was submitted: the job file and its room. */
export const jobRecordKey = (job: string) => `${home(job)}/job.json`;

/** How a job ended; not there while it may go on. */
export const jobEndKey = (job: string) => `${home(job)}/end.json`;

/** Everything a job starts from that is not in its file; what members of a sweep start from lies under the sweep's. */
export function inputPrefix(job: string): string {
  const member = memberOfId(job);
  return member ? `jobs/${member.sweep}/input/_members/${member.places.join('-')}/` : `jobs/${job}/input/`;
}

/** All bricks of a job's checkpoints lie under it. */
export const checkpointPrefix = (job: string) => `${home(job)}/state/`;

/**
 * A brick's whole state at the checkpoint of that name: f32 little-endian, the order of `stateArrays`, dense cells,
 * zstd. Written once.
 */
export const checkpointBrickKey = (job: string, name: string, brick: Triple) =>
  `${checkpointPrefix(job)}${name}/${index(brick)}`;

/** The seal of that number; created once, never replaced. */
export const sealKey = (job: string, seal: number) => `${sealPrefix(job)}${String(seal).padStart(12, '0')}`;

/** Seals lie under it by their numbers, of twelve digits, so they are listed in order. */
export const sealPrefix = (job: string) => `${home(job)}/checkpoint/`;

/** A brick of an array that a job starts from: f32 little-endian, dense cells, zstd. */
export const inputBrickKey = (job: string, state: string, level: 'now' | 'before', brick: Triple) =>
  `${inputPrefix(job)}${state}/${level}/${index(brick)}`;

/** A brick of an array that gives a job's medium, like `inputBrickKey`: names of states begin with a letter. */
export const mediumBrickKey = (job: string, medium: string, brick: Triple) =>
  `${inputPrefix(job)}_media/${medium}/${index(brick)}`;

/** The series of a job's source that comes from a file: f32 little-endian, as it is. */
export const sourceSeriesKey = (job: string, source: string) => `${inputPrefix(job)}_sources/${source}`;

/** Which members of a sweep are done, as a coordinator of that term knows it. */
export const membersDoneKey = (sweep: string, term: number) =>
  `${membersDonePrefix(sweep)}${String(term).padStart(12, '0')}`;

export const membersDonePrefix = (sweep: string) => `jobs/${sweep}/done/`;

/**
 * Where bytes go that a peer names for a chunk, which is to have others: those of whoever was given the member may be looked at, by the
 * chunk's key; nobody reads what others bring, and one replaces the other.
 */
export const asideKey = (sweep: string, peer: string, chunk?: string) =>
  `${asidePrefix(sweep)}${peer}${chunk?.slice(resultKey(sweep).length) ?? '/_unasked'}`;

export const asidePrefix = (sweep: string) => `jobs/${sweep}/aside/`;

/** The Zarr group of a job's results; members of a sweep share one. */
export const resultKey = (job: string) => `jobs/${memberOfId(job)?.sweep ?? job}/result.zarr`;

/** The Zarr array of one state of one output: `[snapshot, z, y, x]`, or without z in 2-D. */
export const outputArrayKey = (job: string, output: string, state: string) =>
  `${resultKey(job)}/${output}/${state}`;

/** A chunk of an output: one snapshot, one brick (its cut with the output's box, padded to the chunk's shape). */
export const outputChunkKey = (
  job: string,
  output: string,
  state: string,
  snapshot: number,
  chunk: readonly number[],
) => `${outputArrayKey(job, output, state)}/c/${[...placesOf(job), snapshot, ...chunk].join('/')}`;

/** An object of many chunks of an output. No chunk alone lies there, so both may be there while they are put together. */
export const outputPackKey = (job: string, output: string, state: string, place: readonly number[]) =>
  `${outputArrayKey(job, output, state)}/${place.join('.')}`;

/** The Zarr array of one state of a probe, one value a step; `time` is the array of their times. */
export const probeArrayKey = (job: string, probe: string, state: string) =>
  `${resultKey(job)}/probes/${probe}/${state}`;

/** A chunk of a probe's series, counted from 0. */
export const probeChunkKey = (job: string, probe: string, state: string, chunk: number) =>
  `${probeArrayKey(job, probe, state)}/c/${[...placesOf(job), chunk].join('/')}`;

/** What is known of a room's peers: who was shut out, who has earned what. */
export const trustKey = (room: string) => `rooms/${room}/trust.json`;

/** A picture of the last slice of a job's first output. */
export const pictureKey = (job: string) => `${home(job)}/last.png`;
