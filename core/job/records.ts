import { AXIS_NAMES, boxOfShape, cellCount, type Triple } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { FaultList } from './faults.js';
import { cellsIn } from './grid-of-job.js';
import type { Output, Probe, StateName } from './job.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';

/** Snapshots of one output: their steps are listed, and each is a row of chunks in the store. */
const MAX_SNAPSHOTS = 100_000;

/** What a job without outputs leaves: every state, after the last step. */
const FINAL_OUTPUT = 'end';

/** The group of a result that keeps its probes. */
const PROBES = 'probes';

type WrittenProbe = JobFile['probes'][string];

/**
 * What the job records: probes at every step, outputs at theirs; among the outputs, last, the probes that are lines
 * or planes. `states` are the names of all its states.
 */
export function recordsOf(
  file: JobFile,
  states: readonly StateName[],
  grid: Grid,
  faults: FaultList,
): { readonly probes: readonly Probe[]; readonly outputs: readonly Output[] } {
  checkNames(file, faults);
  const probes: Probe[] = [];
  const stretched: Output[] = [];
  for (const [name, { at, fields, every }] of Object.entries(file.probes)) {
    const path = `probes.${name}`;
    checkStates(fields, `${path}.fields`, states, faults);
    if (every === undefined) {
      probes.push({ name, cell: wholeCell(at, grid, `${path}.at`, faults), states: fields });
      continue;
    }
    const box = cellsIn(grid, at, `${path}.at`, faults);
    const steps = snapshotSteps(every, file.time.steps, `${path}.every`, faults);
    if (cellCount(box) === 1) {
      faults.add(`${path}.every`, 'is given, and a cell is recorded at every step', 'Leave it out');
    }
    stretched.push({ name: `${PROBES}/${name}`, states: fields, box, steps, packed: false });
  }
  const outputs = Object.entries(file.outputs).map(([name, { fields, every, plane, pack }]): Output => {
    checkStates(fields, `outputs.${name}.fields`, states, faults);
    const whole = 'Leave plane out for the whole field';
    return {
      name,
      states: fields,
      box: cellsIn(grid, plane ?? {}, `outputs.${name}.plane`, faults, whole),
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
  return { probes, outputs: [...(outputs.length > 0 ? outputs : [atTheEnd]), ...stretched] };
}

/** The cell of a probe that names all axes of the grid. */
function wholeCell(at: WrittenProbe['at'], grid: Grid, path: string, faults: FaultList): Triple {
  const missing = gridAxes(grid).filter((name) => at[name] === undefined);
  for (const name of missing) {
    const fix = `Give a number, or \`every\` for ${missing.length === 1 ? 'a line' : 'a plane'} across the grid`;
    faults.add(`${path}.${name}`, 'is missing', fix);
  }
  return cellsIn(grid, at, path, faults).lo;
}

const gridAxes = ({ dimensions }: Grid) => AXIS_NAMES.filter((name) => name !== 'z' || dimensions === 3);

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
    if (name.toLowerCase() !== PROBES) continue;
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
