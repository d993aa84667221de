import { boxOfShape, type Triple } from '../core/grid/box.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { type Plane, planeOf, type Volume } from '../core/watch/plane.js';
import { type StoredAt, storedPlanes } from '../core/watch/stored.js';
import { samplesIn, type View } from '../core/watch/view.js';

/** What the store holds of a plane of a job's grid of `shape`, once all of it is there. */
export async function storedPlane(
  url: string,
  job: string,
  { view, shape, at }: { readonly view: View; readonly shape: Triple; readonly at: StoredAt },
): Promise<Plane> {
  const stored = storedPlanes(fetch, addressesOf(url));
  for (;;) {
    const slices = [await stored.plane(job, view, at)];
    const plane = await planeOf({ plan: 0, step: at.step, slices }, samplesIn(view, boxOfShape(shape)));
    if (!plane.values.some(Number.isNaN)) return plane;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the store holds of a whole state, once all of it is there: every plane across z. */
export async function storedVolume(
  url: string,
  job: string,
  { state, shape, at }: { readonly state: string; readonly shape: Triple; readonly at: StoredAt },
): Promise<Volume> {
  const [layers, rows, columns] = shape;
  const values = new Float32Array(layers * rows * columns);
  let error = 0;
  for (let z = 0; z < layers; z++) {
    const view: View = { state, axis: 'z', at: z, stride: 1, rate: 1 };
    const plane = await storedPlane(url, job, { view, shape, at });
    values.set(plane.values, z * rows * columns);
    error = Math.max(error, plane.error);
  }
  return { step: at.step, layers, rows, columns, values, error };
}
