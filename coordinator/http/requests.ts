import { z } from 'zod';
import { MAX_KEY_LENGTH } from '../../core/protocol/limits.js';
import { jobId } from '../../core/protocol/plan.js';
import { viewSchema } from '../../core/watch/view.js';
import { MAX_EVENTS_READ, MAX_INPUTS_ASKED, MAX_POINTS, MAX_STEPS_READ } from './limits.js';

// Bodies and queries, as they come.

const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(least).max(most);

export const submissionSchema = z.strictObject({
  file: z.unknown().describe('A job file as JSON: /schema/job.json describes it'),
});

export const inputsSchema = z.strictObject({
  objects: z
    .array(z.strictObject({ key: z.string().max(MAX_KEY_LENGTH), bytes: z.number().int().min(0) }))
    .min(1)
    .max(MAX_INPUTS_ASKED),
});

// Queries carry an `invite` besides, which is read elsewhere.

export const eventsQuery = z.object({
  after: wholeNumber(0).default(0).describe('Number of the last event that is known already'),
  job: jobId.optional().describe('Events of this job alone'),
  limit: wholeNumber(1, MAX_EVENTS_READ).default(MAX_EVENTS_READ).describe('Events at most'),
});

export const creditQuery = z.object({
  format: z.enum(['json', 'csv']).default('json').describe('csv: a table for spreadsheets'),
});

export const samplesQuery = z
  .object({
    from: wholeNumber(1).default(1).describe('Step of the first sample'),
    count: wholeNumber(1, MAX_STEPS_READ).default(MAX_POINTS).describe('Steps'),
    every: wholeNumber(1).default(1).describe('Steps that one pair of extremes sums up'),
  })
  .refine(({ count, every }) => Math.ceil(count / every) <= MAX_POINTS, {
    error: `more than ${MAX_POINTS} points; give a larger every, or a smaller count`,
    path: ['every'],
  });

const { state, axis, at, stride } = viewSchema.shape;
export const planeQuery = z.object({
  output: z.string().max(200),
  snapshot: z.coerce.number().int().min(0),
  state,
  axis,
  at: z.coerce.number().pipe(at),
  stride: z.coerce.number().pipe(stride),
});

export const exportQuery = z.object({
  format: z.enum(['netcdf', 'npy', 'png', 'mp4']).default('netcdf').describe('What the file is'),
  what: z
    .string()
    .max(200)
    .optional()
    .describe('An output, or one of its states: film, film/psi, probes/ear'),
  member: wholeNumber(0).optional().describe('Of a sweep, by its number: pictures and films take one'),
  snapshot: z.coerce.number().int().optional().describe('Of png and npy: from 0, or from -1 back'),
});
