import type { Job } from '../../core/job/job.js';
import type { SweepAxis } from '../../core/job/sweep.js';
import type { Attributes } from './zarr-format.js';

/**
 * What the coordinate of a sweep's axis says of itself: the field it is over, and its unit where that is known. Values that are
 * no numbers stand in `values`, as JSON; the coordinate counts them.
 */
export function axisAttributes({ field, values }: SweepAxis, job: Job): Attributes {
  const about = { long_name: field, field };
  if (!values.every((value) => typeof value === 'number')) {
    return { ...about, units: '1', values: JSON.stringify(values) };
  }
  const units = unitOf(field, job);
  return { ...about, ...(units !== undefined && { units }) };
}

function unitOf(field: string, { units: { length, time, amplitude }, model }: Job): string | undefined {
  const [room, ...path] = field.split('.');
  const last = path.at(-1);
  switch (room) {
    case 'grid':
      return last === 'spacing' ? length : undefined;
    case 'time':
      return last === 'dt' ? time : '1';
    case 'parameters':
      return last === 'speed' ? `${length}/${time}` : undefined;
    case 'media':
      return model.model.media.find(({ name }) => name === path[0])?.unit({ length, time });
    case 'initial':
    case 'sources':
      switch (last) {
        case 'wavelength':
          return length;
        case 'sigma':
          return room === 'initial' ? length : time;
        case 'frequency':
          return `1/${time}`;
        case 'delay':
        case 'dt':
          return time;
        case 'amplitude':
          return room === 'initial' ? amplitude : undefined;
      }
  }
  return undefined;
}
