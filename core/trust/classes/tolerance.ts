import { z } from 'zod';
import type { TestWindow } from './test-window.js';

/**
 * How far two numerical classes may be apart after an epoch, in relative L2, and what says so: `measured` is how far they
 * were in the test window.
 */
export const toleranceSchema = z.strictObject({
  classes: z.tuple([z.string().max(64), z.string().max(64)]),
  measured: z.number().min(0),
  tolerance: z.number().min(0),
});
export type Tolerance = z.infer<typeof toleranceSchema>;

/** Runs differ from the window in model, amplitude and length: room for a digit. */
const MARGIN = 16;

/** Where a window happens to show no difference: some roundings of f32. */
const LEAST = 2e-6;

/** What the windows of two engines say of their classes. Throws RangeError where one of them is no window, or not finite. */
export function toleranceBetween(a: TestWindow, b: TestWindow): Tolerance {
  const measured = relativeDifference(a.cells, b.cells);
  if (!Number.isFinite(measured)) throw new RangeError('these test windows cannot be compared');
  return { classes: [a.class, b.class], measured, tolerance: Math.max(LEAST, MARGIN * measured) };
}

/** ‖a − b‖ / ‖a‖; NaN where they have different lengths, or are not finite. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  let [apart, size] = [0, 0];
  for (const [index, value] of a.entries()) {
    apart += (value - (b[index] as number)) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart / size);
}
