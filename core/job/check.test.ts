import { describe, expect, it } from 'vitest';
import { JobError } from '../errors.js';
import { checkJob } from './check.js';
import type { JobFileInput } from './schema.js';
import { placeOf, stateArrays, stateName } from './states.js';

const small: JobFileInput = {
  name: 'small',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [16, 20, 24], spacing: 2, unit: 'am' },
  time: { steps: 100, unit: 'rs' },
  parameters: { speed: 0.5 },
};

const inTwoDimensions: JobFileInput = { ...small, grid: { shape: [20, 24], spacing: 2 } };

const ownModel = {
  name: 'own',
  wgsl: 'struct Cell { u: f32 } fn update() -> Cell { return Cell(2.0 * u(0, 0, 0) - u_before()); }',
  fields: { u: 'wave' as const },
  largestStep: 2,
};

/** The faults of a refused job, one line each. */
function faultsOf(value: unknown): string[] {
  try {
    checkJob(value);
  } catch (error) {
    if (error instanceof JobError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a job that stands', () => {
  it('derives the grid, with the axes in the order z, y, x', () => {
    const job = checkJob(small);
    expect(job.grid).toMatchObject({ shape: [16, 20, 24], dimensions: 3, periodic: [false, false, false] });
    expect(job.units).toEqual({ length: 'am', time: 'rs', amplitude: '1' });
  });

  it('gives a 2-D grid one cell along z, which may be updated and is never periodic', () => {
    const job = checkJob({ ...inTwoDimensions, boundary: 'periodic' });
    expect(job.grid).toMatchObject({ shape: [1, 20, 24], dimensions: 2, periodic: [false, true, true] });
    expect(job.grid.brick[0]).toBe(1);
    expect([job.updatable.lo[0], job.updatable.hi[0]]).toEqual([0, 1]);
  });

  it('keeps a fixed edge as wide as the stencil, and none along periodic axes', () => {
    const boundary = { z: 'dirichlet', y: 'periodic', x: 'dirichlet' } as const;
    const job = checkJob({ ...small, boundary });
    expect(job.updatable).toEqual({ lo: [1, -Infinity, 1], hi: [15, Infinity, 23] });
    const wide = checkJob({ ...small, model: { ...ownModel, radius: 2 }, parameters: {} });
    expect(wide.updatable).toEqual({ lo: [2, 2, 2], hi: [14, 18, 22] });
  });

  it('takes 0.95 of the stable limit where neither dt nor courant is given', () => {
    expect(checkJob(small).dt).toBeCloseTo((0.95 * 2) / (0.5 * Math.sqrt(3)), 12);
  });

  it('takes the Courant number as speed · dt / spacing', () => {
    expect(checkJob({ ...small, time: { steps: 1, courant: 0.5 } }).dt).toBeCloseTo(2, 12);
  });

  it('may sit on the stability limit itself', () => {
    expect(faultsOf({ ...small, time: { steps: 1, courant: 1 / Math.sqrt(3) } })).toEqual([]);
  });

  it('is the same job when checked again after travelling as JSON', () => {
    const job = checkJob({
      ...small,
      $schema: '../docs/job.schema.json',
      probes: { p: { at: { z: 1, y: 2, x: 3 }, fields: ['psi.L'] } },
    });
    const again = checkJob(JSON.parse(JSON.stringify(job.file)));
    expect({ ...again, model: 0, initial: 0 }).toEqual({ ...job, model: 0, initial: 0 });
  });

  it('lists its state component by component, the newest level first', () => {
    const arrays = stateArrays(checkJob(small)).map(
      ({ component, field, level }) => `${component} ${field} ${level}`,
    );
    expect(arrays.slice(0, 3)).toEqual(['0 psi now', '0 psi before', '0 rms2 now']);
    expect(arrays).toHaveLength(10);
    expect(arrays[5]).toBe('1 psi now');
  });

  it('finds the field and component behind each name', () => {
    const job = checkJob(small);
    expect(placeOf(job, stateName('T', 'psi'))).toMatchObject({ component: 1, field: { name: 'psi' } });
    expect(() => placeOf(job, 'psi')).toThrow(RangeError);
    expect(checkJob({ ...small, components: undefined }).outputs[0]?.states).toContain(stateName('', 'psi'));
  });

  it('leaves every state at the end where no output is named', () => {
    const [only] = checkJob(small).outputs;
    expect(only).toMatchObject({ name: 'end', steps: [100], box: { lo: [0, 0, 0], hi: [16, 20, 24] } });
    expect(only?.states).toContain('psi.T');
  });

  it('takes outputs at multiples of their interval, on a plane or the volume', () => {
    const outputs = { slice: { fields: ['psi.L'], every: 30, plane: { y: 7 } } };
    expect(checkJob({ ...small, outputs }).outputs).toEqual([
      {
        name: 'slice',
        states: ['psi.L'],
        steps: [30, 60, 90],
        box: { lo: [0, 7, 0], hi: [16, 8, 24] },
        packed: false,
      },
    ]);
  });

  it('records of the wave what it is asked to', () => {
    const fieldsOf = (model: JobFileInput['model']) =>
      checkJob({ ...small, model }).model.model.fields.map(({ name }) => name);
    expect(fieldsOf('wave')).toEqual(['psi', 'rms2', 'freq', 'crossed']);
    expect(fieldsOf({ base: 'wave' })).toEqual(['psi', 'rms2', 'freq', 'crossed']);
    expect(fieldsOf({ base: 'wave', trackers: ['peak', 'rms2'] })).toEqual(['psi', 'rms2', 'peak']);
    expect(fieldsOf({ base: 'wave', trackers: [] })).toEqual(['psi']);
  });

  it('records lines and planes of probes like outputs, after those of the file, under probes', () => {
    const probes = {
      point: { at: { z: 1, y: 2, x: 3 }, fields: ['psi.T'] },
      line: { at: { z: 4, x: 5 }, every: 50, fields: ['psi.L'] },
      plane: { at: { y: 7 }, every: 30, fields: ['psi.L', 'psi.T'] },
    };
    const job = checkJob({ ...small, probes });
    expect(job.probes).toEqual([{ name: 'point', cell: [1, 2, 3], states: ['psi.T'] }]);
    expect(job.outputs[0]?.name).toBe('end');
    expect(job.outputs.slice(1)).toEqual([
      {
        name: 'probes/line',
        states: ['psi.L'],
        steps: [50, 100],
        box: { lo: [4, 0, 5], hi: [5, 20, 6] },
        packed: false,
      },
      {
        name: 'probes/plane',
        states: ['psi.L', 'psi.T'],
        steps: [30, 60, 90],
        box: { lo: [0, 7, 0], hi: [16, 8, 24] },
        packed: false,
      },
    ]);
  });

  it('gives a model of its own dt and spacing beside its constants', () => {
    const model = { ...ownModel, constants: { mass: 3 } };
    const job = checkJob({ ...small, model, parameters: {}, time: { steps: 1, dt: 0.25 } });
    expect(job.constants).toEqual({ mass: 3, dt: 0.25, spacing: 2 });
    expect(job.model.model.fields.map(({ unit }) => unit(job.units))).toEqual(['1']);
  });
});

describe('the fields of a model of one’s own', () => {
  it('carry the unit that the file gives, else the amplitude for waves and none for trackers', () => {
    const wgsl =
      'struct Cell { u: f32, e: f32, n: f32 } fn update() -> Cell { return Cell(u(0, 0, 0), e(), n()); }';
    const fields = { u: 'wave', e: { kind: 'tracker', unit: 'J', title: 'Energy' }, n: 'tracker' };
    const job = checkJob({
      ...small,
      model: { ...ownModel, wgsl, fields },
      parameters: {},
      amplitude: { unit: 'Pa' },
    });
    expect(job.model.model.fields.map(({ unit }) => unit(job.units))).toEqual(['Pa', 'J', '1']);
    expect(job.model.model.fields[1]).toMatchObject({ kind: 'tracker', title: 'Energy' });
  });
});

describe('run settings', () => {
  const runOf = (run: JobFileInput['run'], brick = 16) =>
    checkJob({ ...small, grid: { ...small.grid, shape: [64, 64, 64], brick }, run }).run;

  it('let an epoch be as long as a brick is wide, and leave exchanges to the plan', () => {
    expect(runOf({})).toMatchObject({ longestEpoch: 16, checkpointSeconds: 30 });
    expect(runOf({})).not.toHaveProperty('exchangeEvery');
  });

  it('round the epoch to whole exchanges, never beyond the edge of a brick', () => {
    expect(runOf({ exchangeEvery: 3, epoch: 7 })).toMatchObject({ exchangeEvery: 3, longestEpoch: 9 });
    expect(runOf({ exchangeEvery: 5 })).toMatchObject({ exchangeEvery: 5, longestEpoch: 15 });
    expect(runOf({ exchangeEvery: 5, epoch: 16 })).toMatchObject({ exchangeEvery: 5, longestEpoch: 15 });
  });

  it('keep to a short epoch', () => {
    expect(runOf({ epoch: 2 })).toMatchObject({ longestEpoch: 2 });
  });

  it('shorten the epoch for a wide stencil', () => {
    const model = { ...ownModel, radius: 4 };
    const grid = { ...small.grid, shape: [64, 64, 64], brick: 8 };
    expect(checkJob({ ...small, model, parameters: {}, grid }).run).toMatchObject({ longestEpoch: 2 });
  });
});

describe('a job that is refused', () => {
  const cases: [reason: string, job: unknown, fault: string][] = [
    [
      'an unstable Courant number',
      { ...small, time: { steps: 1, courant: 0.7 } },
      'time.courant: 0.7 is unstable on a 3-D grid. Use at most 0.577.',
    ],
    [
      'an unstable time step',
      { ...inTwoDimensions, time: { steps: 1, dt: 3, unit: 'rs' } },
      'time.dt: 3 rs is unstable on a 2-D grid. Use at most 2.82 rs.',
    ],
    [
      'dt and courant together',
      { ...small, time: { steps: 1, dt: 1, courant: 0.1 } },
      'time.dt: is given and time.courant too. Give one of them.',
    ],
    [
      'courant for a model without a speed',
      { ...small, model: ownModel, parameters: {}, time: { steps: 1, courant: 0.1 } },
      'time.courant: says nothing without a speed above 0. Give time.dt.',
    ],
    [
      'a misspelt field',
      { ...small, prameters: {} },
      'prameters: is not known. Perhaps parameters is meant.',
    ],
    [
      'a misspelt model',
      { ...small, model: 'wav' },
      'model: is the text "wav". Perhaps wave is meant, or: Give a set of fields, for example {x: 1}.',
    ],
    [
      'a misspelt base of a model',
      { ...small, model: { base: 'medum' } },
      'model.base: is the text "medum". Perhaps medium is meant.',
    ],
    [
      'a misspelt tracker',
      { ...small, model: { base: 'wave', trackers: ['peek'] } },
      'model.trackers[0]: is the text "peek". Perhaps peak is meant.',
    ],
    [
      'a missing parameter',
      { ...small, parameters: {} },
      'parameters.speed: is missing. Give a number: Speed of the wave, in units of length and time.',
    ],
    [
      'an unknown parameter',
      { ...small, parameters: { speed: 1, spede: 2 } },
      'parameters.spede: is no parameter of the model. Perhaps speed is meant.',
    ],
    [
      'an unknown initial state',
      { ...small, initial: { 'psi.M': { formula: 'impulse', amplitude: 1, at: { z: 5, y: 5, x: 5 } } } },
      'initial.psi.M: is no state of this job. Perhaps psi.L is meant.',
    ],
    [
      'an unknown state in an output',
      { ...small, outputs: { o: { fields: ['psi.L', 'rms.L'] } } },
      'outputs.o.fields[1]: rms.L is no state of this job. Perhaps rms2.L is meant.',
    ],
    [
      'a probe outside the grid',
      { ...small, probes: { p: { at: { z: 16, y: 0, x: 0 }, fields: ['psi.L'] } } },
      'probes.p.at.z: 16 is outside the grid. Use 0 to 15.',
    ],
    [
      'a probe without z in 3-D',
      { ...small, probes: { p: { at: { y: 0, x: 0 }, fields: ['psi.L'] } } },
      'probes.p.at.z: is missing. Give a number, or `every` for a line across the grid.',
    ],
    [
      'a probe with z in 2-D',
      { ...inTwoDimensions, probes: { p: { at: { z: 0, y: 0, x: 0 }, fields: ['psi.L'] } } },
      'probes.p.at.z: is given, and the grid is 2-D. Leave it out.',
    ],
    [
      'a cell that is recorded every few steps',
      { ...small, probes: { p: { at: { z: 1, y: 2, x: 3 }, every: 5, fields: ['psi.L'] } } },
      'probes.p.every: is given, and a cell is recorded at every step. Leave it out.',
    ],
    [
      'a plane of probes outside the grid',
      { ...small, probes: { p: { at: { z: 16 }, every: 5, fields: ['psi.L'] } } },
      'probes.p.at.z: 16 is outside the grid. Use 0 to 15.',
    ],
    [
      'a probe that is nowhere',
      { ...small, probes: { p: { at: {}, every: 5, fields: ['psi.L'] } } },
      'probes.p.at: is not of the right form. Name one axis or more, for example {z: 16}.',
    ],
    [
      'a plane outside the grid',
      { ...small, outputs: { o: { fields: ['psi.L'], plane: { x: 24 } } } },
      'outputs.o.plane.x: 24 is outside the grid. Use 0 to 23.',
    ],
    [
      'a plane of two axes',
      { ...small, outputs: { o: { fields: ['psi.L'], plane: { x: 2, y: 2 } } } },
      'outputs.o.plane: is not of the right form. Name one axis, for example {z: 16}.',
    ],
    [
      'an interval longer than the run',
      { ...small, outputs: { o: { fields: ['psi.L'], every: 101 } } },
      'outputs.o.every: 101 is more than the 100 steps of the job. Use at most 100, or end.',
    ],
    [
      'more snapshots than a list should hold',
      { ...small, time: { steps: 1e9 }, outputs: { o: { fields: ['psi.L'], every: 1 } } },
      'outputs.o.every: makes 1000000000 snapshots. Use at least 10000.',
    ],
    [
      'an interval in words',
      { ...small, outputs: { o: { fields: ['psi.L'], every: 'ten' } } },
      'outputs.o.every: is the text "ten". Give a number, or: Use end.',
    ],
    [
      'a periodic axis shorter than the stencil',
      { ...small, boundary: 'periodic', grid: { shape: [2, 20, 20], spacing: 1 } },
      'grid.shape[0]: 2 cells along the periodic axis z are fewer than the stencil has. Give at least 3.',
    ],
    [
      'an axis that is all edge',
      { ...small, grid: { shape: [2, 20], spacing: 1 } },
      'grid.shape[0]: 2 cells along y leave none between the fixed edges. Give at least 3.',
    ],
    [
      'a grid of one axis',
      { ...small, grid: { shape: [20], spacing: 1 } },
      'grid.shape: is a list of 1. Give at least 2 entries.',
    ],
    [
      'half a cell',
      { ...small, grid: { shape: [20, 20.5], spacing: 1 } },
      'grid.shape[1]: is 20.5. Give a whole number.',
    ],
    [
      'a state that cannot be counted',
      { ...small, grid: { shape: [1e6, 1e6, 1e6], spacing: 1 } },
      'grid.shape: has more cells than can be counted. Make it smaller.',
    ],
    [
      'more bricks than can be listed',
      { ...small, grid: { shape: [20_000, 20_000, 20_000], spacing: 1 } },
      'grid.shape: is cut into 244140625 bricks, more than the 1048576 that a run can keep track of. ' +
        'Give fewer cells, or a larger grid.brick.',
    ],
    [
      'a brick too large for one object',
      { ...small, grid: { shape: [512, 512, 512], spacing: 1, brick: 256 } },
      'grid.brick: the state of one brick of 256 is too large for one object. Use at most 135.',
    ],
    [
      'an epoch that crosses bricks',
      { ...small, grid: { shape: [64, 64, 64], spacing: 1, brick: 8 }, run: { epoch: 9 } },
      'run.epoch: 9 steps reach across more than one brick. Use at most 8, or larger bricks.',
    ],
    [
      'a probe and an output of one name',
      {
        ...small,
        probes: { a: { at: { z: 1, y: 1, x: 1 }, fields: ['psi.L'] } },
        outputs: { A: { fields: ['psi.L'] } },
      },
      'outputs.A: has the name of probes.a. Give it another, not in capitals only.',
    ],
    [
      'a name with a blank',
      { ...small, name: 'my job' },
      'name: is the text "my job". Use letters, digits, - and _, starting with a letter, 64 at most.',
    ],
    [
      'an entry with a bad name',
      { ...small, probes: { '1st': { at: { z: 1, y: 1, x: 1 }, fields: ['psi.L'] } } },
      'probes.1st: has a name that is not allowed. Use letters, digits, - and _, starting with a letter, 64 at most.',
    ],
    [
      'a misspelt formula',
      { ...small, initial: { 'psi.L': { formula: 'gausian', amplitude: 1, sigma: 2 } } },
      'initial.psi.L.formula: is the text "gausian". Perhaps gaussian is meant.',
    ],
    [
      'a part of a formula left out',
      { ...small, initial: { 'psi.L': { formula: 'gaussian', amplitude: 1 } } },
      'initial.psi.L.sigma: is missing. Give a number.',
    ],
    [
      'an array of a tracker before the start',
      { ...small, initial: { 'rms2.L': { array: 'a.npy', before: 'b.npy' } } },
      'initial.rms2.L.before: is given, and a tracker has one level only. Leave it out.',
    ],
    [
      'an impulse on the fixed edge',
      { ...small, initial: { 'psi.L': { formula: 'impulse', amplitude: 1, at: { z: 0, y: 5, x: 5 } } } },
      'initial.psi.L.at: lies on the fixed edge, which stays 0. Move it 1 cells or more inside.',
    ],
    [
      'an eigenmode on a periodic axis',
      {
        ...inTwoDimensions,
        boundary: { y: 'dirichlet', x: 'periodic' },
        initial: { 'psi.L': { formula: 'eigenmode', amplitude: 1, modes: { y: 1, x: 1 } } },
      },
      'initial.psi.L.formula: eigenmode needs fixed edges, and x is periodic. Use dirichlet.',
    ],
    [
      'a mode that the grid cannot show',
      {
        ...inTwoDimensions,
        initial: { 'psi.L': { formula: 'eigenmode', amplitude: 1, modes: { y: 19, x: 1 } } },
      },
      'initial.psi.L.modes.y: is 19. Use 1 to 18.',
    ],
    [
      'a plane wave that goes nowhere',
      {
        ...inTwoDimensions,
        initial: {
          'psi.L': {
            formula: 'plane-wave',
            amplitude: 1,
            wavelength: 1,
            frequency: 1,
            direction: { y: 0, x: 0 },
          },
        },
      },
      'initial.psi.L.direction: has no length. Give at least one part other than 0.',
    ],
    [
      'a model constant that is given',
      { ...small, model: { ...ownModel, constants: { dt: 1 } }, parameters: {} },
      'model.constants.dt: is always there, with its own value. Leave it out.',
    ],
    [
      'a component listed twice',
      { ...small, components: ['L', 'L'] },
      'components[1]: L is listed twice. Leave one of them out.',
    ],
    [
      'a number that is none',
      { ...small, parameters: { speed: Number.NaN } },
      'parameters.speed: is NaN. Give a number.',
    ],
    ['no job at all', undefined, 'job: is missing. Give a set of fields, for example {x: 1}.'],
    [
      'a job larger than a room’s document takes',
      { ...small, title: 'x'.repeat(140_000) },
      'job: takes 140177 bytes, more than the 131072 that a job may. Keep data in arrays beside the file.',
    ],
  ];

  it.each(cases)('%s', (_reason, job, fault) => {
    expect(faultsOf(job)).toEqual([fault]);
  });

  it('for constants or amplitudes that vanish in f32', () => {
    const model = { ...ownModel, constants: { mass: 1e-40 } };
    const initial = { 'u.L': { formula: 'impulse', amplitude: 1e39, at: { z: 5, y: 5, x: 5 } } };
    expect(faultsOf({ ...small, model, parameters: {}, initial })).toEqual([
      'model: its constant mass is 1e-40, which f32 cannot hold. Choose units in which it lies between 1e-37 and 1e38.',
      'initial.u.L.amplitude: is 1e+39, which f32 cannot hold. Choose a unit in which it lies between 1e-37 and 1e38.',
    ]);
  });

  it('names the line of its WGSL that is refused, and why', () => {
    const wgsl = 'struct Cell { u: f32 }\nfn update() -> Cell {\n  loop { }\n  return Cell(u(0, 0, 0));\n}';
    const [fault, ...others] = faultsOf({ ...small, model: { ...ownModel, wgsl }, parameters: {} });
    expect(fault).toMatch(/^model\.wgsl: line 3, column \d+: .*loop/);
    expect(others).toEqual([]);
  });

  it('may not reach along z on a 2-D grid', () => {
    const wgsl = 'struct Cell { u: f32 } fn update() -> Cell { return Cell(u(0, 0, 1)); }';
    const faults = faultsOf({
      ...inTwoDimensions,
      model: { ...ownModel, wgsl },
      parameters: {},
      components: ['a'],
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^model\.wgsl: line 1, column \d+: /);
  });

  it('is told every fault at once', () => {
    const faults = faultsOf({
      ...small,
      time: { steps: 10, courant: 0.9 },
      parameters: { speed: 1, mass: 2 },
      probes: { p: { at: { z: 99, y: 0, x: 0 }, fields: ['phi.L'] } },
    });
    expect(faults.map((line) => line.split(':')[0])).toEqual([
      'parameters.mass',
      'time.courant',
      'probes.p.fields[0]',
      'probes.p.at.z',
    ]);
  });

  it('costs nothing to check, however large its grid and whatever it starts from', () => {
    const grid = { shape: [3, 1e15], spacing: 1 };
    const initial = { psi: { formula: 'gaussian', amplitude: 1, sigma: 1 } };
    expect(faultsOf({ ...small, components: undefined, grid, initial })).toEqual([
      'grid.shape: has more cells than can be counted. Make it smaller.',
    ]);
  });

  it('for an output that would lie where its result keeps the probes', () => {
    const outputs = { probes: { fields: ['psi.L'] } };
    expect(faultsOf({ ...small, outputs })).toEqual([
      'outputs.probes: has the name under which a result keeps its probes. Give it another.',
    ]);
  });

  it('may not refer to itself', () => {
    const job: Record<string, unknown> = { ...small };
    job.title = job;
    expect(faultsOf(job)[0]).toMatch(/^job: refers to itself/);
  });

  it('does not mistake what every object inherits for a parameter', () => {
    expect(faultsOf({ ...small, parameters: { speed: 1, constructor: 1 } })).toHaveLength(1);
  });
});
