import * as zarr from 'zarrita';
import { z } from 'zod';
import { ExportError } from '../../core/errors.js';
import { type ZarrSource, zarrReader } from '../results/zarr-store.js';

/** Where a result lies: its root, and how people call it. */
export interface ResultSource extends ZarrSource {
  readonly location: string;
}

/** A result as it lies in a store, complete or not. */
export interface StoredResult {
  readonly location: string;
  /** The root's: among them `state`, `running` or `complete`. */
  readonly attributes: Attributes;
  /** Outputs and probes. */
  readonly groups: readonly StoredGroup[];
}

export type Attributes = Readonly<Record<string, string | number>>;

export interface StoredGroup {
  /** `OUTPUT` or `probes/PROBE`. */
  readonly path: string;
  readonly attributes: Attributes;
  /** Time, positions and the axes of a sweep, f64; without dimensions where a plane or probe has only one place. */
  readonly coordinates: readonly StoredArray[];
  /** f32: what peers have computed. */
  readonly states: readonly StoredArray[];
}

export interface StoredArray {
  readonly name: string;
  readonly path: string;
  readonly type: 'float32' | 'float64';
  readonly shape: readonly number[];
  /** What is stored, compressed and read as one. */
  readonly chunk: readonly number[];
  readonly dimensions: readonly string[];
  readonly attributes: Attributes;
  /** The values of a box, in C order: for each dimension from where, and up to where. Missing ones are NaN. */
  read(box: StoredBox): Promise<Float32Array | Float64Array>;
}

export type StoredBox = readonly (readonly [from: number, to: number])[];

/** Time, three axes of the grid, and those of a sweep. */
const MOST_DIMENSIONS = 12;

const attributes = z.record(z.string(), z.union([z.string(), z.number()]));
const group = z.object({ node_type: z.literal('group'), attributes });
const array = z.object({
  node_type: z.literal('array'),
  shape: z.array(z.number().int().nonnegative()).max(MOST_DIMENSIONS),
  data_type: z.enum(['float32', 'float64']),
  dimension_names: z.array(z.string()),
  attributes,
});
const root = group.extend({
  consolidated_metadata: z.object({
    metadata: z.record(z.string(), z.discriminatedUnion('node_type', [group, array])),
  }),
});

/** @throws ExportError where no result lies at `source`. StoreError where it cannot be read. */
export async function openResult(source: ResultSource): Promise<StoredResult> {
  const bytes = await source.get('zarr.json');
  if (bytes === undefined) {
    throw new ExportError(
      `there is no result at ${source.location}: give a job's id, or the folder or address of its result.zarr`,
    );
  }
  const document = root.safeParse(parsed(bytes));
  if (!document.success) {
    throw new ExportError(`what lies at ${source.location} is no result of Groundswell`);
  }
  const { metadata } = document.data.consolidated_metadata;
  const location = zarr.root(zarrReader(source));
  const open = async (path: string, about: z.infer<typeof array>): Promise<StoredArray> => {
    const opened = await zarr.open.v3(location.resolve(path), { kind: 'array' });
    if (!opened.is('float32') && !opened.is('float64')) {
      throw new ExportError(`${path} of ${source.location} holds no numbers of 4 or 8 bytes`);
    }
    return {
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      type: about.data_type,
      shape: about.shape,
      chunk: opened.chunks,
      dimensions: about.dimension_names,
      attributes: about.attributes,
      async read(box) {
        if (box.length === 0) return (await opened.getChunk([])).data;
        const ranges = box.map(([from, to]) => zarr.slice(from, to));
        const { data } = await zarr.get(opened, ranges);
        return data;
      },
    };
  };
  const groups: StoredGroup[] = [];
  for (const [path, node] of Object.entries(metadata)) {
    if (node.node_type !== 'group') continue;
    const members = Object.entries(metadata).flatMap(([other, member]) =>
      member.node_type === 'array' && other.slice(0, other.lastIndexOf('/')) === path
        ? [open(other, member)]
        : [],
    );
    const arrays = await Promise.all(members);
    const states = arrays.filter(({ type }) => type === 'float32');
    if (states.length === 0) continue;
    const coordinates = arrays.filter(({ type }) => type === 'float64');
    groups.push({ path, attributes: node.attributes, coordinates, states });
  }
  return { location: source.location, attributes: document.data.attributes, groups };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
