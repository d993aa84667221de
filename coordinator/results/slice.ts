import * as zarr from 'zarrita';
import { StoreError } from '../../core/errors.js';
import type { Output, StateName } from '../../core/job/job.js';
import { outputArrayKey } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';
import { zarrStore } from './zarr-store.js';

/** A plane of one state: `values` is `[height, width]`, NaN where nothing is stored. */
export interface Slice {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** The plane of an output's snapshot (counted from 0); of a volume, the one at z = nz//2. */
export async function readSlice(
  store: Store,
  jobId: string,
  output: Output,
  state: StateName,
  snapshot: number,
): Promise<Slice> {
  const location = zarr.root(zarrStore(store, outputArrayKey(jobId, output.name, state)));
  const array = await zarr.open.v3(location, { kind: 'array' });
  if (!array.is('float32')) throw new StoreError(`${state} of ${output.name} is not an array of f32`);
  const cells = array.shape.slice(1);
  const [height = 1, width = 1] = cells.length === 1 ? [1, ...cells] : cells.slice(-2);
  const inPlane = cells.map((length, axis) => (cells.length === 3 && axis === 0 ? length >> 1 : null));
  const time = zarr.slice(snapshot, snapshot + 1);
  const { data } = await zarr.get(array, [time, ...inPlane]);
  return { height, width, values: data };
}
