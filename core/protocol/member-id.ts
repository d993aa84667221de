/** A member of a sweep, where a job's id is wanted: the sweep's own, and the member's place on each axis, `drop-abc.3-0`. */
export const memberId = (sweep: string, places: readonly number[]): string => `${sweep}.${places.join('-')}`;

/** What `memberId` was made of; undefined where `id` is that of a job of its own, or of a whole sweep. */
export function memberOfId(
  id: string,
): { readonly sweep: string; readonly places: readonly number[] } | undefined {
  const [, sweep, places] = /^([^.]+)\.(\d+(?:-\d+)*)$/.exec(id) ?? [];
  if (sweep === undefined || places === undefined) return undefined;
  return { sweep, places: places.split('-').map(Number) };
}
