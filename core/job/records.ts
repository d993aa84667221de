import { AXES, AXIS_NAMES, type Box, boxOfShape } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { FaultList } from './faults.js';
import { cellIn } from './grid-of-job.js';
import type { Output, Probe, StateName } from './job.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';

/** Snapshots of one output: their steps are listed, and each is a row of chunks in the store. */
const MAX_SNAPSHOTS = 100_000;

/** What a job without outputs leaves: every state, after the last step. */
const FINAL_OUTPUT = 'end';

/** What the job records: probes at every step, outputs at theirs. `states` are the names of all its states. */
export function recordsOf(
  file: JobFile,
  states: readonly StateName[],
  grid: Grid,
  faults: FaultList,
): { readonly probes: readonly Probe[]; readonly outputs: readonly Output[] } {
  checkNames(file, faults);
  const probes = Object.entries(file.probes).map(([name, { at, fields }]): Probe => {
    checkStates(fields, `probes.${name}.fields`, states, faults);
    return { name, cell: cellIn(grid, at, `probes.${name}.at`, faults), states: fields };
  });
  const outputs = Object.entries(file.outputs).map(([name, { fields, every, plane, pack }]): Output => {
    checkStates(fields, `outputs.${name}.fields`, states, faults);
    return {
      name,
      states: fields,
      box:
        plane === undefined ? boxOfShape(grid.shape) : planeOf(plane, grid, `outputs.${name}.plane`, faults),
      steps: snapshotSteps(every, file.time.steps, `outputs.${name}.every`, faults),
      packed: pack,
    };
  });
  const atTheEnd: Output = {
    name: FINAL_OUTPUT,
    states,
    box: boxOfShape(grid.shape),
    steps: [file.time.steps],
    packed: false,
  };
  return { probes, outputs: outputs.length > 0 ? outputs : [atTheEnd] };
}

/** Results lie in folders under these names, and some file systems do not tell capitals from small letters. */
function checkNames(file: JobFile, faults: FaultList): void {
  const taken = new Map<string, string>();
  const named = (room: 'probes' | 'outputs') => Object.keys(file[room]).map((name) => ({ room, name }));
  for (const { room, name } of [...named('probes'), ...named('outputs')]) {
    const first = taken.get(name.toLowerCase());
    if (first === undefined) taken.set(name.toLowerCase(), `${room}.${name}`);
    else faults.add(`${room}.${name}`, `has the name of ${first}`, 'Give it another, not in capitals only');
  }
  for (const name of Object.keys(file.outputs)) {
    if (name.toLowerCase() !== 'probes') continue;
    faults.add(`outputs.${name}`, 'has the name under which a result keeps its probes', 'Give it another');
  }
}

function checkStates(
  fields: readonly StateName[],
  path: string,
  states: readonly StateName[],
  faults: FaultList,
): void {
  for (const [index, name] of fields.entries()) {
    if (!states.includes(name)) {
      faults.add(`${path}[${index}]`, `${name} is no state of this job`, suggest(name, states));
    } else if (fields.indexOf(name) < index) {
      faults.add(`${path}[${index}]`, `${name} is listed twice`, 'Leave one of them out');
    }
  }
}

function planeOf(
  plane: NonNullable<JobFile['outputs'][string]['plane']>,
  grid: Grid,
  path: string,
  faults: FaultList,
): Box {
  const bounds = AXES.map((axis): readonly [number, number] => {
    const at = plane[AXIS_NAMES[axis]];
    const last = grid.shape[axis] - 1;
    if (at === undefined) return [0, grid.shape[axis]];
    if (grid.dimensions === 2 && axis === 0) {
      faults.add(`${path}.z`, 'is given, and the grid is 2-D', 'Leave plane out for the whole field');
    } else if (at > last) {
      faults.add(`${path}.${AXIS_NAMES[axis]}`, `${at} is outside the grid`, `Use 0 to ${last}`);
    }
    return [at, at + 1];
  });
  const [z = [0, 0], y = [0, 0], x = [0, 0]] = bounds;
  return { lo: [z[0], y[0], x[0]], hi: [z[1], y[1], x[1]] };
}

function snapshotSteps(every: number | 'end', steps: number, path: string, faults: FaultList): number[] {
  if (every === 'end') return [steps];
  const count = Math.floor(steps / every);
  if (count === 0) {
    faults.add(path, `${every} is more than the ${steps} steps of the job`, `Use at most ${steps}, or end`);
  } else if (count > MAX_SNAPSHOTS) {
    const fewer = Math.ceil(steps / MAX_SNAPSHOTS);
    faults.add(path, `makes ${count} snapshots`, `Use at least ${fewer}`);
    return [];
  }
  return Array.from({ length: count }, (_, index) => (index + 1) * every);
}
