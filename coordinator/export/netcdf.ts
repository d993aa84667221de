import { type Dataset, File, type Group, ready } from 'h5wasm/node';
import { slabsOf, type Tally } from './slabs.js';
import type { Attributes, StoredArray, StoredGroup, StoredResult } from './stored-result.js';

/** Fast, and cells of a wave compress little better at any level. */
const GZIP_LEVEL = 1;

/**
 * Writes groups of a result as netCDF-4: HDF5 in which dimensions are scales. One group alone becomes the file's
 * root, several stay groups, and the root's attributes go with them. Slab by slab, chunked as in the store.
 */
export async function writeNetcdf(
  file: string,
  { attributes }: Pick<StoredResult, 'attributes'>,
  groups: readonly StoredGroup[],
  { tally, signal }: { readonly tally: Tally; readonly signal: AbortSignal },
): Promise<void> {
  const hdf5 = await ready;
  // Else it prints failures, and goes on.
  hdf5.activate_throwing_error_handler();
  // netCDF wants members in the order of their making; attributes above 64 KiB take the newer format.
  const root = new File(file, 'w', { track_order: true, libver: ['v110', 'latest'] });
  try {
    addAttributes(root, attributes);
    const [only] = groups;
    if (groups.length === 1 && only !== undefined) {
      await writeGroup(root, only, tally, signal);
    } else {
      for (const group of groups) await writeGroup(groupAt(root, group.path), group, tally, signal);
    }
  } finally {
    root.close();
  }
}

async function writeGroup(into: Group, group: StoredGroup, tally: Tally, signal: AbortSignal): Promise<void> {
  addMissing(into, group.attributes);
  // Scales first: others have them as their dimensions.
  const isScale = ({ name, dimensions }: StoredArray) => dimensions[0] === name;
  const [scales, others] = [group.coordinates.filter(isScale), group.coordinates.filter((c) => !isScale(c))];
  for (const coordinate of [...scales, ...others]) {
    const { name, shape, dimensions } = coordinate;
    const data = await coordinate.read(shape.map((length) => [0, length]));
    const dataset = into.create_dataset({ name, data, shape: [...shape], dtype: '<d', track_order: true });
    addAttributes(dataset, coordinate.attributes);
    if (dimensions[0] === name) dataset.make_scale(name);
    else attachScales(into, dataset, dimensions);
  }
  for (const state of group.states) await writeState(into, state, tally, signal);
}

async function writeState(into: Group, state: StoredArray, tally: Tally, signal: AbortSignal): Promise<void> {
  const { name, dimensions } = state;
  const shape = [...state.shape];
  const chunks = state.chunk.map((size, axis) => Math.min(size, shape[axis] as number));
  // Made empty and then made large: the library takes all values of a new dataset at once.
  const empty = { data: new Float32Array(), shape: shape.map(() => 0), maxshape: shape };
  const dataset = into.create_dataset({
    name,
    dtype: '<f',
    chunks,
    compression: 'gzip',
    compression_opts: GZIP_LEVEL,
    track_order: true,
    ...empty,
  });
  dataset.resize(shape);
  dataset.create_attribute('_FillValue', new Float32Array([Number.NaN]), [1], '<f');
  addAttributes(dataset, state.attributes);
  attachScales(into, dataset, dimensions);
  for (const box of slabsOf(state)) {
    signal.throwIfAborted();
    const values = await state.read(box);
    tally.add(values);
    dataset.write_slice(
      box.map(([from, to]) => [from, to]),
      values,
    );
  }
}

function attachScales(into: Group, dataset: Dataset, dimensions: readonly string[]): void {
  for (const [axis, dimension] of dimensions.entries()) {
    dataset.attach_scale(axis, `${into.path === '/' ? '' : into.path}/${dimension}`);
  }
}

/** The group of that path; those above it are made where they are missing. */
function groupAt(root: Group, path: string): Group {
  return path.split('/').reduce<Group>((above, name) => {
    const there = above.keys().includes(name) ? above.get(name) : null;
    return (there as Group | null) ?? above.create_group(name, true);
  }, root);
}

function addAttributes(to: Group | Dataset, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'number') to.create_attribute(name, new Float64Array([value]), [], '<d');
    // HDF5 has no empty strings of fixed length.
    else if (value !== '') to.create_attribute(name, value);
  }
}

/** Where a group is the root as well, the root's own attributes are there already. */
function addMissing(to: Group, attributes: Attributes): void {
  const there = new Set(Object.keys(to.attrs));
  addAttributes(to, Object.fromEntries(Object.entries(attributes).filter(([name]) => !there.has(name))));
}
