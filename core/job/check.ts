import { encodeUtf8 } from 'lib0/string';
import { JobError } from '../errors.js';
import { MAX_JOB_BYTES } from '../protocol/limits.js';
import { facesOf, mirrorsOf } from './boundary.js';
import { FaultList } from './faults.js';
import { gridOf, updatableOf } from './grid-of-job.js';
import { initialStatesOf } from './initial.js';
import type { Job } from './job.js';
import { layerMedium } from './layers.js';
import { largestMedia, mediaOf } from './media.js';
import { compiled, constantsOf, modelOf, parametersOf, speedOf } from './model-of-job.js';
import { recordsOf } from './records.js';
import { runSettingsOf } from './run-settings.js';
import { type JobFile, jobFileSchema } from './schema.js';
import { addIssue, knownKeysAsMessage } from './schema-faults.js';
import { sourcesOf } from './sources.js';
import { levelsOf, placesOf } from './states.js';
import { timeStepOf } from './time-step.js';

/** A time step to check the rest of a job with, once its own has been refused. */
const STAND_IN_STEP = 1;

/**
 * Checks a job file, as parsed from YAML or JSON or received from the network, and derives everything from it.
 * `checkJob(job.file)` gives the same job again. Throws JobError with all faults that were found; where the
 * file's form itself is wrong, only those of its form.
 */
export function checkJob(value: unknown): Job {
  const file = jobFileOf(value);
  const faults = new FaultList();

  const faces = facesOf(file, faults);
  const model = modelOf(file, faces, faults);
  const { radius, fields } = model;
  const components = componentsOf(file, faults);
  const places = placesOf(components, fields);
  const arrays = components.length * fields.flatMap(levelsOf).length;
  const grid = gridOf(file, faces, radius, arrays, faults);
  const updatable = updatableOf(grid, faces, radius);

  const parameters = parametersOf(file, model, faults);
  const largest = largestMedia(file, model, faults);
  const speed = speedOf(file, parameters, largest);
  const setting = { parameters, spacing: file.grid.spacing, dimensions: grid.dimensions };
  const missing = (known: Readonly<Record<string, number>>, wanted: readonly { readonly name: string }[]) =>
    wanted.some(({ name }) => !Object.hasOwn(known, name) && layerMedium(name) === undefined);
  const told = !missing(parameters, model.parameters) && !missing(largest, model.media);
  const step = told ? timeStepOf(file, model, setting, largest, speed, faults) : undefined;
  const dt = step ?? STAND_IN_STEP;
  const constants = step === undefined ? {} : constantsOf(model, { ...setting, dt }, faults);

  const courant = speed === undefined ? undefined : (speed * dt) / setting.spacing;
  const media = mediaOf(file, model, grid, faces, { ...setting, dt }, faults);
  const sources = sourcesOf(file, places, grid, updatable, dt, faults);
  const formulaSetting = { grid, faces, updatable, spacing: setting.spacing, dt, courant };
  const initial = initialStatesOf(file, places, formulaSetting, radius, faults);
  const { probes, outputs } = recordsOf(file, [...places.keys()], grid, faults);
  const run = runSettingsOf(file, grid, radius, faults);
  if (file.trust.replicas === 2 && file.trust.check === 'off') {
    const problem = 'is 2 where peers are believed: what they compute twice would not be compared';
    faults.add('trust.replicas', problem, 'Leave trust.check out, or trust.replicas');
  }

  const compiledModel = compiled(model, grid.dimensions, faults);
  faults.raise();
  if (compiledModel === undefined) throw new RangeError('a model was refused without a fault');

  return {
    file,
    name: file.name,
    model: compiledModel,
    components,
    grid,
    spacing: setting.spacing,
    units: { length: file.grid.unit, time: file.time.unit, amplitude: file.amplitude.unit },
    steps: file.time.steps,
    dt,
    constants,
    updatable,
    mirrors: mirrorsOf(faces),
    media,
    sources,
    initial,
    probes,
    outputs,
    run,
  };
}

/** The file in the schema's form, defaults filled in. */
function jobFileOf(value: unknown): JobFile {
  checkSize(value);
  const parsed = jobFileSchema.safeParse(value, { error: knownKeysAsMessage, reportInput: true });
  if (parsed.success) {
    const { $schema: _editorHint, ...file } = parsed.data;
    return file;
  }
  const faults = new FaultList();
  for (const issue of parsed.error.issues) addIssue(faults, issue);
  faults.raise();
  throw parsed.error;
}

function checkSize(value: unknown): void {
  let bytes: number;
  try {
    bytes = encodeUtf8(JSON.stringify(value) ?? '').length;
  } catch {
    const problem = 'refers to itself, or holds something that JSON has no form for';
    throw new JobError([{ field: 'job', problem, fix: 'Write it as plain JSON or YAML' }]);
  }
  if (bytes <= MAX_JOB_BYTES) return;
  const problem = `takes ${bytes} bytes, more than the ${MAX_JOB_BYTES} that a job may`;
  throw new JobError([{ field: 'job', problem, fix: 'Keep data in arrays beside the file' }]);
}

/** One component without a name, where the job names none. */
function componentsOf(file: JobFile, faults: FaultList): readonly string[] {
  const { components = [''] } = file;
  for (const [index, name] of components.entries()) {
    if (components.indexOf(name) < index) {
      faults.add(`components[${index}]`, `${name} is listed twice`, 'Leave one of them out');
    }
  }
  return components;
}
