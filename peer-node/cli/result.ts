import type { Job } from '../../core/job/job.js';

/** A line for a shell that shows a job's result in Python. Each output is a group of the result. */
export function openWith(result: string, { outputs: [first] }: Pick<Job, 'outputs'>): string {
  const group = first === undefined ? '' : `, group='${first.name}'`;
  return `python3 -c "import xarray; print(xarray.open_zarr('${result}'${group}))"`;
}
