/** Keys and indices that lead to a field of a job file, as `writtenPath` writes them. */
export type FieldPath = readonly (string | number)[];

/**
 * Reads a path as people write it, `media.speed.regions[0].value`, in a value of plain JSON. A key may hold a dot, as states do
 * (`initial.psi.L.amplitude`): a key that is there is taken before one that is not, the longest first.
 * Undefined where it is no path.
 */
export function readPath(written: string, within: unknown): FieldPath | undefined {
  const path: (string | number)[] = [];
  let rest = written;
  let at = within;
  for (let first = true; rest !== ''; first = false) {
    const index = /^\[(\d{1,6})\]/.exec(rest);
    if (index) {
      path.push(Number(index[1]));
      rest = rest.slice(index[0].length);
      at = Array.isArray(at) ? at[Number(index[1])] : undefined;
      continue;
    }
    if (!first) {
      if (!rest.startsWith('.')) return undefined;
      rest = rest.slice(1);
    }
    const key = knownKey(rest, at) ?? /^[A-Za-z][\w-]*/.exec(rest)?.[0];
    if (key === undefined) return undefined;
    path.push(key);
    rest = rest.slice(key.length);
    at = isSet(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return path.length > 0 ? path : undefined;
}

function knownKey(rest: string, at: unknown): string | undefined {
  if (!isSet(at)) return undefined;
  return Object.keys(at)
    .filter((key) => rest.startsWith(key) && /^($|[.[])/.test(rest.slice(key.length)))
    .sort((a, b) => b.length - a.length)[0];
}

/**
 * The value with one field set; everything else is shared with it. Sets of fields that are not there are made, elements of lists
 * are not: undefined where the path leads through one, or through something that has no fields.
 */
export function withField(value: unknown, [key, ...rest]: FieldPath, field: unknown): unknown {
  if (key === undefined) return field;
  if (typeof key === 'number') {
    if (!Array.isArray(value) || key >= value.length) return undefined;
    const element = withField(value[key], rest, field);
    return element === undefined ? undefined : value.with(key, element);
  }
  if (value !== undefined && !isSet(value)) return undefined;
  const own = value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;
  const inner = withField(own, rest, field);
  return inner === undefined ? undefined : { ...value, [key]: inner };
}

const isSet = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
