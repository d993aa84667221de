import { z } from 'zod';
import { TRACKERS } from '../../shaders/models/trackers/trackers.js';
import { WAVE_TRACKERS } from '../../shaders/models/wave.js';

// The job file as people write it. Descriptions end up in the published JSON Schema, where editors show them.

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
  .describe('Letters, digits, - and _, starting with a letter');
const finite = z.number();
const positive = finite.positive();
const cellIndex = z.number().int().min(0);
const stateName = z.string().max(130).describe('A field, and after a dot a component: psi.L');

const cell = z
  .strictObject({ z: cellIndex.optional(), y: cellIndex, x: cellIndex })
  .describe('A cell of the grid, counted from 0; z only in 3-D');

const point = z
  .union([z.literal('centre'), z.strictObject({ z: finite.optional(), y: finite, x: finite })])
  .describe('A point in cells, or centre: cell n//2 along each axis');

const wholeNumber = z.number().int();

const formula = z.discriminatedUnion('formula', [
  z
    .strictObject({
      formula: z.literal('radial-wave'),
      amplitude: finite,
      wavelength: positive.describe('In units of length'),
      frequency: finite.describe('Cycles in a unit of time'),
      centre: point.default('centre'),
    })
    .describe('amplitude · cos(kR − 2πft), R the distance from the centre'),
  z
    .strictObject({
      formula: z.literal('plane-wave'),
      amplitude: finite,
      wavelength: positive,
      frequency: finite,
      direction: z.strictObject({ z: finite.optional(), y: finite, x: finite }),
    })
    .describe('amplitude · sin(k·r − 2πft), r from cell 0'),
  z
    .strictObject({
      formula: z.literal('gaussian'),
      amplitude: finite,
      sigma: positive.describe('Standard deviation, in units of length'),
      centre: point.default('centre'),
    })
    .describe('amplitude · exp(−R²/2σ²), at rest'),
  z
    .strictObject({
      formula: z.literal('eigenmode'),
      amplitude: finite,
      modes: z
        .strictObject({ z: wholeNumber.optional(), y: wholeNumber, x: wholeNumber })
        .describe('Half waves along each axis, each from 1 to the cells less 2'),
    })
    .describe(
      'A standing wave between fixed edges: amplitude · Π sin(πmᵢi/(N−1)) · cos(ωt), with the ω of the scheme itself',
    ),
  z
    .strictObject({
      formula: z.literal('impulse'),
      amplitude: finite,
      at: cell,
    })
    .describe('One cell, at rest'),
]);

const array = z
  .strictObject({
    array: z.string().describe('A .npy file or a Zarr array, its shape that of the grid'),
    before: z
      .string()
      .optional()
      .describe('The same, one time step before, for fields of kind wave; at rest where it is left out'),
  })
  .describe('Values from a file, its path relative to the job file; cells on a fixed edge are set to 0');

const face = z.enum(['dirichlet', 'neumann', 'periodic', 'absorbing', 'damped']);
const axisBoundary = z
  .union([face, z.tuple([face, face])])
  .describe('Both ends of an axis, or [near, far]; periodic only for both');

const place = z.strictObject({ z: finite.optional(), y: finite, x: finite });

const region = z
  .discriminatedUnion('shape', [
    z
      .strictObject({
        shape: z.literal('layer'),
        axis: z.enum(['z', 'y', 'x']),
        from: finite,
        to: finite,
        value: finite,
      })
      .describe('Cells from `from` on, up to but not including `to`, along an axis'),
    z.strictObject({ shape: z.literal('box'), from: place, to: place, value: finite }),
    z.strictObject({ shape: z.literal('sphere'), centre: place, radius: positive, value: finite }),
    z.strictObject({
      shape: z.literal('ellipsoid'),
      centre: place,
      radii: z.strictObject({ z: positive.optional(), y: positive, x: positive }),
      value: finite,
    }),
  ])
  .describe('Sizes and places in cells');

const medium = z.union([
  finite,
  z
    .strictObject({ base: finite, regions: z.array(region).max(256) })
    .describe('A value everywhere, and regions painted over it in their order'),
  z
    .strictObject({
      array: z.string().describe('A .npy file or a Zarr array, its shape that of the grid'),
      max: finite.describe('The largest value in it: what the time step has to be stable for'),
      min: finite.optional().describe('The smallest'),
    })
    .describe('Values from a file, its path relative to the job file'),
]);

const signal = z.discriminatedUnion('shape', [
  z
    .strictObject({
      shape: z.literal('ricker'),
      frequency: positive.describe('Of the peak of its spectrum'),
      delay: finite.optional().describe('When it peaks; 1.5 / frequency'),
    })
    .describe('(1 − 2a)·exp(−a), a = (π · frequency · (t − delay))²'),
  z
    .strictObject({
      shape: z.literal('gaussian-derivative'),
      sigma: positive.describe('In units of time'),
      delay: finite.optional().describe('When it crosses 0; 6 sigma'),
    })
    .describe('−u·exp(−u²/2), u = (t − delay) / sigma'),
  z
    .strictObject({ shape: z.literal('tone-burst'), frequency: positive, cycles: positive })
    .describe('sin(2π · frequency · t) under a Hann window of so many cycles'),
  z
    .strictObject({
      shape: z.literal('series'),
      values: z.array(finite).min(1).max(16_384).optional(),
      file: z
        .string()
        .optional()
        .describe('In place of values: a .npy or .csv file, its path relative to the job file'),
      dt: positive
        .optional()
        .describe('Time from one value to the next, straight lines between; a step where it is left out'),
    })
    .describe('One value for each step, or each dt, then 0'),
]);

const cells = z
  .strictObject({ z: cellIndex.optional(), y: cellIndex.optional(), x: cellIndex.optional() })
  .refine((axes) => Object.keys(axes).length > 0, 'Name one axis or more, for example {z: 16}')
  .meta({ minProperties: 1 })
  .describe('A cell, or a line or a plane of cells across the grid: {z: 16} is a plane');

const probe = z.strictObject({
  at: cells,
  fields: z.array(stateName).min(1).max(64),
  every: wholeNumber
    .min(1)
    .optional()
    .describe('Of a line or a plane: steps from one record to the next. A cell is recorded at every step'),
});

const source = z.strictObject({
  field: stateName.describe('A wave, and after a dot a component'),
  at: cells,
  amplitude: finite.describe('In amplitude.unit · length^m / time², m the number of axes that `at` names'),
  signal,
});

const fieldKind = z
  .enum(['wave', 'tracker'])
  .describe('wave: two time levels, leapfrog. tracker: one level, updated cell by cell');

const customField = z.union([
  fieldKind,
  z.strictObject({
    kind: fieldKind,
    title: z.string().max(200).optional(),
    unit: z
      .string()
      .max(64)
      .optional()
      .describe('UDUNITS symbol; amplitude.unit where it is left out, and 1 for a tracker'),
  }),
]);

const trackers = z
  .array(z.enum(TRACKERS))
  .describe('What is recorded in each cell: running mean square, frequency and maximum');

const waveModel = z
  .strictObject({ base: z.literal('wave'), trackers: trackers.default([...WAVE_TRACKERS]) })
  .describe('∂²ψ/∂t² = speed² · ∇²ψ, one speed everywhere');

const mediumModel = z
  .strictObject({
    base: z.literal('medium'),
    order: z
      .union([z.literal(2), z.literal(4), z.literal(8)])
      .default(2)
      .describe('Order in space'),
    trackers: trackers.default([]),
  })
  .describe('∂²ψ/∂t² + 2 · damping · ∂ψ/∂t = speed² · ∇²ψ − potential · ψ');

const customModel = z
  .strictObject({
    name,
    wgsl: z.string().max(65_536).describe('struct Cell and fn update() -> Cell: see docs/models.md'),
    radius: z.number().int().min(1).max(4).default(1),
    fields: z.record(name, customField).describe('In the order of struct Cell'),
    media: z
      .record(
        name,
        z.strictObject({
          title: z.string().max(200).optional(),
          unit: z.string().max(64).default('1').describe('UDUNITS symbol'),
          default: finite.optional(),
        }),
      )
      .default({})
      .describe('Values of each cell that never change, read as NAME(); their values stand under media'),
    constants: z
      .record(name, finite)
      .default({})
      .describe('Members of param; param.dt and param.spacing are always there'),
    largestStep: positive.describe('The largest stable time step, in units of time'),
  })
  .describe('A model of your own');

const shape = z.array(z.number().int().min(1)).min(2).max(3).describe('Cells, [ny, nx] or [nz, ny, nx]');

const plane = z
  .strictObject({ z: cellIndex.optional(), y: cellIndex.optional(), x: cellIndex.optional() })
  .refine((axes) => Object.keys(axes).length === 1, 'Name one axis, for example {z: 16}')
  .meta({ minProperties: 1, maxProperties: 1 })
  .describe('One plane of cells, for example {z: 16}; the whole volume where it is left out');

export const jobFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1).default(1),
    name,
    title: z.string().max(200).default('').describe('What the job is for, in a sentence'),
    model: z
      .union([
        z.enum(['wave', 'medium']),
        z.discriminatedUnion('base', [waveModel, mediumModel]),
        customModel,
      ])
      .describe('A built-in model, or one of your own'),
    components: z
      .array(name)
      .min(1)
      .max(16)
      .optional()
      .describe('Independent copies of the fields, for example [L, T]'),
    grid: z.strictObject({
      shape,
      spacing: positive.describe('Edge of a cell, in unit'),
      unit: z.string().max(32).default('m').describe('UDUNITS symbol of length'),
      brick: z
        .number()
        .int()
        .min(4)
        .max(256)
        .optional()
        .describe('Cells along the edge of a brick, the unit of placement and storage'),
    }),
    time: z.strictObject({
      steps: z.number().int().min(1).max(1e9).describe('Updates of every cell'),
      courant: positive
        .optional()
        .describe('speed · dt / spacing; give this or dt; 0.95 of the stable limit where both are left out'),
      dt: positive.optional().describe('Time step, in unit'),
      unit: z.string().max(32).default('s').describe('UDUNITS symbol of time'),
    }),
    amplitude: z.strictObject({ unit: z.string().max(32).default('1') }).prefault({}),
    parameters: z.record(name, finite).default({}).describe("The model's parameters, for example speed"),
    boundary: z
      .union([face, z.strictObject({ z: axisBoundary.optional(), y: axisBoundary, x: axisBoundary })])
      .default('dirichlet')
      .describe(
        'dirichlet: edge cells stay 0. neumann: a mirror. periodic: the two ends of an axis are neighbours. absorbing, damped: waves leave',
      ),
    media: z
      .record(name, medium)
      .default({})
      .describe('What cells are made of: a number, regions, or an array'),
    sources: z.record(name, source).default({}).describe('What feeds a wave while it runs'),
    initial: z
      .record(stateName, z.union([formula, array]))
      .default({})
      .describe('States that do not start at 0'),
    probes: z
      .record(name, probe)
      .default({})
      .describe('Cells recorded at every step; lines and planes of cells, every so many'),
    outputs: z
      .record(
        name,
        z.strictObject({
          fields: z.array(stateName).min(1).max(64),
          every: z
            .union([z.number().int().min(1), z.literal('end')])
            .default('end')
            .describe('Every so many steps, or end: once, after the last step'),
          plane: plane.optional(),
          pack: z
            .boolean()
            .default(false)
            .describe('At the end, put many chunks into one object: for planes and for small bricks'),
        }),
      )
      .default({})
      .describe('Snapshots; where it is left out, one output "end" of every field after the last step'),
    trust: z
      .strictObject({
        check: z
          .enum(['sampled', 'off'])
          .default('sampled')
          .describe(
            'sampled: peers sign what they compute, and some of it is computed again. off: they are believed',
          ),
        own: z
          .enum(['believed', 'checked'])
          .default('believed')
          .describe(
            'Whether peers that the coordinator’s own user started with it are checked as others are',
          ),
        replicas: z
          .union([z.literal(1), z.literal(2)])
          .optional()
          .describe(
            '2: each shard is computed twice, by peers of two owners where there are such, which are compared and replace one another. 1: once. Left out: twice where a peer has nothing else to do',
          ),
      })
      .prefault({})
      .describe('Whether what peers compute is checked'),
    run: z
      .strictObject({
        exchangeEvery: z
          .number()
          .int()
          .min(1)
          .max(64)
          .optional()
          .describe('Steps between halo exchanges; chosen from what peers and links do where it is left out'),
        epoch: z
          .number()
          .int()
          .min(1)
          .max(256)
          .optional()
          .describe(
            'Steps of an epoch, a multiple of exchangeEvery; at most the edge of a brick over the radius',
          ),
        peers: z
          .number()
          .int()
          .min(1)
          .max(4096)
          .default(1)
          .describe('Peers to wait for before the first step; others may come and go later'),
        use: z
          .enum(['fastest', 'all'])
          .default('fastest')
          .describe('fastest: peers that would hold the others up get no shard. all: every peer gets one'),
        haloError: z
          .number()
          .min(1e-6)
          .max(0.01)
          .optional()
          .describe('Halos are rounded by at most so much of the largest value in them; else they are exact'),
        checkpointSeconds: positive.default(30).describe('Seconds between checkpoints'),
        keepWavesIn: z
          .enum(['f32', 'f16'])
          .default('f32')
          .describe(
            'f16: GPUs may keep waves in half precision, which takes half the memory, and errors of about 1%',
          ),
      })
      .prefault({}),
  })
  .describe('A Groundswell job: one simulation');

/** A job file, defaults filled in. */
export type JobFile = z.output<typeof jobFileSchema>;
/** A job file as people write it. */
export type JobFileInput = z.input<typeof jobFileSchema>;
