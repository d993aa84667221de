import * as zarr from 'zarrita';
import { StoreError } from '../../core/errors.js';
import type { Output, StateName } from '../../core/job/job.js';
import { outputArrayKey } from '../../core/protocol/keys.js';
import { memberOfId } from '../../core/protocol/member-id.js';
import { axesOf } from '../../core/result/output.js';
import type { Slice } from '../../core/watch/slice.js';
import { axesAcross, type ViewedPart, type ViewedPlane } from '../../core/watch/view.js';
import { type ZarrSource, zarrReader } from './zarr-store.js';

/** Which part of which snapshot is read. */
export interface StoredPart {
  readonly job: string;
  readonly output: Output;
  readonly state: StateName;
  /** Counted from 0. */
  readonly snapshot: number;
  readonly plane: ViewedPlane;
  readonly part: ViewedPart;
}

/** The samples of a plane in one stored snapshot, NaN where nothing is stored yet; undefined before the result is begun. @throws StoreError */
export async function readStoredPlane(source: ZarrSource, asked: StoredPart): Promise<Slice | undefined> {
  const { job, output, state, snapshot, plane, part } = asked;
  const key = outputArrayKey(job, output.name, state);
  if ((await source.get(`${key}/zarr.json`)) === undefined) return undefined;
  const location = zarr.root(zarrReader(source, key));
  const array = await zarr.open.v3(location, { kind: 'array' });
  if (!array.is('float32')) throw new StoreError(`${state} of ${output.name} is not an array of f32`);
  const [down, across] = axesAcross(plane.axis);
  const { row, column } = part.samples;
  const ranges = axesOf(output).map((axis) => {
    const lo = output.box.lo[axis];
    const end = part.box.hi[axis] - lo;
    if (axis === down) return zarr.slice(row * plane.stride - lo, end, plane.stride);
    if (axis === across) return zarr.slice(column * plane.stride - lo, end, plane.stride);
    return part.box.lo[axis] - lo;
  });
  const places = memberOfId(job)?.places ?? [];
  const { data } = await zarr.get(array, [...places, zarr.slice(snapshot, snapshot + 1), ...ranges]);
  return { step: output.steps[snapshot] as number, ...part.samples, values: data };
}
