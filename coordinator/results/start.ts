import * as zarr from 'zarrita';
import type { Job } from '../../core/job/job.js';
import { resultKey } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';
import { hierarchyOf, type Layout } from './hierarchy.js';
import { type Attributes, type ZarrNode, zarrDocuments, zarrGroup } from './zarr-format.js';
import { zarrStore } from './zarr-store.js';

/**
 * Writes all of a result but its values: groups, arrays, coordinates. From then on it can be opened; what is not
 * computed yet reads as NaN. Doing it again changes nothing.
 */
export async function startResult(store: Store, jobId: string, job: Job): Promise<void> {
  await writeDocuments(store, jobId, job, { state: 'running' });
  const root = zarr.root(zarrStore(store, resultKey(jobId)));
  for (const [path, { valueAt }] of hierarchyOf(job)) {
    if (valueAt === undefined) continue;
    await writeCoordinate(await zarr.open.v3(root.resolve(path), { kind: 'array' }), valueAt);
  }
}

/**
 * Marks a result that is being computed: all up to `step` has been vetted, and what is stored of later steps is provisional.
 * Outputs say so too, for they are opened by themselves.
 */
export async function markVetted(store: Store, jobId: string, job: Job, step: number): Promise<void> {
  const groups = new Set(job.outputs.map(({ name }) => name)).add('');
  const marked = { state: 'running', vetted_step: step };
  const nodes = [...hierarchyOf(job)].map(([path, { node }]): [string, ZarrNode] =>
    groups.has(path) ? [path, zarrGroup({ ...node.attributes, ...marked })] : [path, node],
  );
  for (const [path, document] of zarrDocuments(new Map(nodes))) {
    if (groups.has(path)) await writeDocument(store, jobId, path, document);
  }
}

/** Writes the metadata of every node, the root's last; `attributes` are added to the root's. */
export async function writeDocuments(
  store: Store,
  jobId: string,
  job: Job,
  attributes: Attributes,
  layout: Layout = 'loose',
): Promise<void> {
  const nodes = new Map([...hierarchyOf(job, layout)].map(([path, { node }]) => [path, node]));
  const root = nodes.get('');
  nodes.delete('');
  nodes.set('', zarrGroup({ ...root?.attributes, ...attributes }));
  for (const [path, document] of zarrDocuments(nodes)) {
    await writeDocument(store, jobId, path, document);
  }
}

async function writeDocument(store: Store, jobId: string, path: string, document: object): Promise<void> {
  const key = [resultKey(jobId), path, 'zarr.json'].filter((part) => part !== '').join('/');
  await store.put(key, new TextEncoder().encode(JSON.stringify(document)));
}

/** Chunk by chunk: the time of a long run's probes never lies in memory whole. */
async function writeCoordinate(
  array: zarr.Array<zarr.DataType, zarr.AsyncMutable>,
  valueAt: (index: number) => number,
): Promise<void> {
  if (!array.is('float64')) throw new TypeError('a coordinate is f64');
  const [length] = array.shape;
  const [chunk] = array.chunks;
  if (length === undefined || chunk === undefined) {
    await zarr.set(array, null, valueAt(0));
    return;
  }
  for (let from = 0; from < length; from += chunk) {
    const count = Math.min(chunk, length - from);
    const data = Float64Array.from({ length: count }, (_, index) => valueAt(from + index));
    await zarr.set(array, [zarr.slice(from, from + count)], { data, shape: [count], stride: [1] });
  }
}
