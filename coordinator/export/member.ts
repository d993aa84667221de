import { ExportError } from '../../core/errors.js';
import type { StoredArray } from './stored-result.js';

/** How many leading dimensions are the axes of a sweep: those before time, which a result of one job begins with. */
export const axesOfSweep = ({ dimensions }: Pick<StoredArray, 'dimensions'>): number =>
  Math.max(
    0,
    dimensions.findIndex((name) => name === 'time' || name === 'step'),
  );

/**
 * The part of an array that is one member of a sweep, by its number: from 0, the last axis running fastest. The result of one job is
 * its only member.
 * @throws ExportError where there is no such member, or it has to be said which.
 */
export function memberOf(array: StoredArray, member: number | undefined): StoredArray {
  const axes = axesOfSweep(array);
  const lengths = array.shape.slice(0, axes);
  const count = lengths.reduce((product, length) => product * length, 1);
  if (member === undefined && count > 1) {
    throw new ExportError(
      `${array.path} has ${count} members: say which with --member, from 0 to ${count - 1}`,
    );
  }
  const number = member ?? 0;
  if (number >= count) {
    throw new ExportError(`${array.path} has no member ${number}: it has 0 to ${count - 1}`);
  }
  let left = number;
  const places = lengths
    .toReversed()
    .map((length) => {
      const place = left % length;
      left = Math.floor(left / length);
      return [place, place + 1] as const;
    })
    .reverse();
  return {
    ...array,
    shape: array.shape.slice(axes),
    chunk: array.chunk.slice(axes),
    dimensions: array.dimensions.slice(axes),
    read: (box) => array.read([...places, ...box]),
  };
}
