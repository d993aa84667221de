// Documents of the Zarr v3 format (https://zarr-specs.readthedocs.io/en/latest/v3/core/), as far as results need it.

export type Attributes = Readonly<Record<string, string | number>>;

export interface ZarrGroup {
  readonly zarr_format: 3;
  readonly node_type: 'group';
  readonly attributes: Attributes;
}

export interface ZarrArray {
  readonly zarr_format: 3;
  readonly node_type: 'array';
  readonly shape: readonly number[];
  readonly data_type: 'float32' | 'float64';
  readonly chunk_grid: {
    readonly name: 'regular';
    readonly configuration: { readonly chunk_shape: readonly number[] };
  };
  readonly chunk_key_encoding:
    | { readonly name: 'default'; readonly configuration: { readonly separator: '/' } }
    | { readonly name: 'v2'; readonly configuration: { readonly separator: '.' } };
  readonly fill_value: 'NaN';
  readonly codecs: readonly { readonly name: string; readonly configuration?: object }[];
  readonly attributes: Attributes;
  readonly dimension_names: readonly string[];
}

export type ZarrNode = ZarrGroup | ZarrArray;

export function zarrGroup(attributes: Attributes = {}): ZarrGroup {
  return { zarr_format: 3, node_type: 'group', attributes };
}

/** The fill value is NaN: what nobody has computed yet reads as missing, never as a field at rest. */
export function zarrArray(array: {
  readonly type: ZarrArray['data_type'];
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly dimensions: readonly string[];
  readonly attributes: Attributes;
}): ZarrArray {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: array.shape,
    data_type: array.type,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: array.chunk } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 'NaN',
    codecs: [
      { name: 'bytes', configuration: { endian: 'little' } },
      { name: 'zstd', configuration: { level: 1, checksum: false } },
    ],
    attributes: array.attributes,
    dimension_names: array.dimensions,
  };
}

/**
 * The same array with many of its chunks to an object, so many along each dimension: Zarr's sharding. Its index lies
 * at the end (https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/).
 */
export function packedArray(array: ZarrArray, chunksPerObject: readonly number[]): ZarrArray {
  const { chunk_shape: chunk } = array.chunk_grid.configuration;
  const chunk_shape = chunk.map((size, axis) => size * (chunksPerObject[axis] as number));
  const index_codecs = [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }];
  const configuration = { chunk_shape: chunk, codecs: array.codecs, index_codecs, index_location: 'end' };
  return {
    ...array,
    chunk_grid: { name: 'regular', configuration: { chunk_shape } },
    chunk_key_encoding: { name: 'v2', configuration: { separator: '.' } },
    codecs: [{ name: 'sharding_indexed', configuration }],
  };
}

/**
 * The documents of a hierarchy, by path (`''` is its root). Each group carries the metadata of all that is below it,
 * as zarr-python's consolidated metadata does, so that opening a group takes one read.
 */
export function zarrDocuments(nodes: ReadonlyMap<string, ZarrNode>): Map<string, object> {
  const documents = new Map<string, object>();
  for (const [path, node] of nodes) {
    if (node.node_type === 'array') {
      documents.set(path, node);
      continue;
    }
    const prefix = path === '' ? '' : `${path}/`;
    const below = [...nodes].filter(([other]) => other !== path && other.startsWith(prefix));
    const metadata = Object.fromEntries(below.map(([other, inner]) => [other.slice(prefix.length), inner]));
    documents.set(path, {
      ...node,
      consolidated_metadata: { kind: 'inline', must_understand: false, metadata },
    });
  }
  return documents;
}
