import type { JobStatus, Outline } from '../../core/protocol/api.js';
import { element, say, show } from '../contribute/elements.js';
import { count } from '../contribute/numbers.js';
import type { ExportFormat, LabApi } from './lab-api.js';

/** What there is of a result, and ways to take it away. */
export function showResult(api: LabApi, job: JobStatus, outline: Outline | undefined): void {
  show('result-card', outline !== undefined);
  if (!outline) return;
  say('result-place', `In the store: ${job.result}`);
  element('download', HTMLAnchorElement).href = api.exportAddress(job.id, 'netcdf');
  element('array-rows', HTMLElement).replaceChildren(
    ...outline.arrays.map((array) => rowOf(api, job.id, array)),
  );
}

/** How much of the result can be relied on, as the run goes on. */
export function showResultState({ progress }: JobStatus, { state }: Outline): void {
  say('result-state', stateWords(state === 'complete', progress?.vetted));
}

/** `vetted`: steps up to which all has been vetted, where peers are checked. */
function stateWords(isComplete: boolean, vetted: number | undefined): string {
  if (isComplete) return 'Complete.';
  const provisional = vetted === undefined ? '' : ` What comes after step ${count(vetted)} is provisional.`;
  return `Not complete yet: what is missing is NaN in a download.${provisional}`;
}

function rowOf(api: LabApi, id: string, { path, shape, dimensions }: Outline['arrays'][number]) {
  const row = document.createElement('tr');
  const name = document.createElement('th');
  name.scope = 'row';
  name.textContent = path;
  const size = document.createElement('td');
  size.textContent = dimensions
    .map((dimension, axis) => `${dimension} ${count(shape[axis] ?? 0)}`)
    .join(', ');
  const files = document.createElement('td');
  for (const format of formatsOf(dimensions)) {
    const link = document.createElement('a');
    link.href = api.exportAddress(id, format, path);
    link.download = '';
    link.textContent = format;
    link.setAttribute('aria-label', `${path} as ${format}`);
    files.append(link);
  }
  row.append(name, size, files);
  return row;
}

/** Pictures are of planes, and of one job: those of a sweep begin with its axes, and are seen by member. */
const formatsOf = (dimensions: readonly string[]): readonly ExportFormat[] => {
  const isOfOneJob = dimensions[0] === 'time';
  return isOfOneJob && dimensions.includes('y') && dimensions.includes('x') ? ['npy', 'png'] : ['npy'];
};
