import * as zarr from 'zarrita';
import type { WholeSweep } from '../../core/job/whole-sweep.js';
import { resultKey } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';
import { type CoordinateRows, MEMBER_STATUS, STATUS, sweepHierarchy } from './sweep-hierarchy.js';
import { type Attributes, zarrDocuments, zarrGroup } from './zarr-format.js';
import { zarrStore } from './zarr-store.js';

/** How a sweep's result came to be. */
export interface SweepProvenance {
  /** Groundswell's. */
  readonly version: string;
  readonly started: Date;
  readonly ended: Date;
  /** Of all that computed, with their share of the cell updates, 0 to 1. */
  readonly peers: readonly {
    readonly name: string;
    readonly engine: string;
    readonly device: string;
    readonly share: number;
  }[];
}

export interface SweepOver {
  readonly done: ReadonlySet<number>;
  readonly failed: readonly { readonly member: number; readonly reason: string }[];
}

/** Writes what is known of a sweep's result beforehand: it can be opened from then on. Doing it again changes nothing. */
export async function startSweepResult(store: Store, id: string, sweep: WholeSweep): Promise<void> {
  await writeSweepDocuments(store, id, sweep, { state: 'running' });
  const root = zarr.root(zarrStore(store, resultKey(id)));
  for (const [path, { values }] of sweepHierarchy(sweep)) {
    if (values) await writeRows(await zarr.open.v3(root.resolve(path), { kind: 'array' }), values);
  }
}

/** Writes what became of each member, and last how all of it came to be: from then on the result is complete. */
export async function finishSweepResult(
  store: Store,
  id: string,
  sweep: WholeSweep,
  { over, provenance }: { readonly over: SweepOver; readonly provenance: SweepProvenance },
): Promise<void> {
  await writeStatus(store, id, sweep, over);
  const { version, started, ended, peers } = provenance;
  const failed = over.failed.map(({ member, reason }) => ({
    member,
    at: coordinatesOf(sweep, member),
    reason,
  }));
  await writeSweepDocuments(store, id, sweep, {
    state: 'complete',
    source: `Groundswell ${version}`,
    history: `${ended.toISOString()} computed by Groundswell ${version} on ${peers.length} peers`,
    job: JSON.stringify(sweep.file),
    model: sweep.first.model.model.name,
    model_wgsl: sweep.first.model.model.wgsl,
    members: sweep.count,
    members_failed: failed.length,
    ...(failed.length > 0 && { failed: JSON.stringify(failed) }),
    peers: JSON.stringify(peers),
    started: started.toISOString(),
    ended: ended.toISOString(),
  });
}

async function writeStatus(store: Store, id: string, sweep: WholeSweep, over: SweepOver): Promise<void> {
  const failed = new Set(over.failed.map(({ member }) => member));
  const values = Float64Array.from(sweep.members, (_, member) => {
    if (over.done.has(member)) return MEMBER_STATUS.done;
    return failed.has(member) ? MEMBER_STATUS.failed : MEMBER_STATUS.open;
  });
  const root = zarr.root(zarrStore(store, resultKey(id)));
  const array = await zarr.open.v3(root.resolve(STATUS), { kind: 'array' });
  if (!array.is('float64')) throw new TypeError('a status is f64');
  await zarr.set(array, null, { data: values, shape: array.shape, stride: stridesOf(array.shape) });
}

async function writeSweepDocuments(
  store: Store,
  id: string,
  sweep: WholeSweep,
  attributes: Attributes,
): Promise<void> {
  const nodes = new Map([...sweepHierarchy(sweep)].map(([path, { node }]) => [path, node]));
  const root = nodes.get('');
  nodes.delete('');
  nodes.set('', zarrGroup({ ...root?.attributes, ...attributes }));
  for (const [path, document] of zarrDocuments(nodes)) {
    const key = [resultKey(id), path, 'zarr.json'].filter((part) => part !== '').join('/');
    await store.put(key, new TextEncoder().encode(JSON.stringify(document)));
  }
}

async function writeRows(
  array: zarr.Array<zarr.DataType, zarr.AsyncMutable>,
  { rows, row }: CoordinateRows,
): Promise<void> {
  if (!array.is('float64')) throw new TypeError('a coordinate is f64');
  const { shape, chunks } = array;
  const length = shape.at(-1);
  if (length === undefined) return zarr.set(array, null, row(0)[0] as number);
  const inOne = shape.every((whole, axis) => chunks[axis] === whole);
  if (inOne) {
    const data = new Float64Array(rows * length);
    for (let index = 0; index < rows; index++) data.set(row(index), index * length);
    return zarr.set(array, null, { data, shape, stride: stridesOf(shape) });
  }
  for (let index = 0; index < rows; index++) {
    const places = placesAt(shape.slice(0, -1), index);
    await zarr.set(array, [...places, null], { data: row(index), shape: [length], stride: [1] });
  }
}

/** The value on each axis, by name. */
const coordinatesOf = ({ axes, members }: WholeSweep, member: number) =>
  Object.fromEntries(
    axes.map(({ name, values }, axis) => [name, values[members[member]?.places[axis] ?? 0]] as const),
  );

const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));

/** The place on each axis of what has a number in C order. */
function placesAt(lengths: readonly number[], index: number): number[] {
  return stridesOf(lengths).map((stride, axis) => Math.floor(index / stride) % (lengths[axis] as number));
}
