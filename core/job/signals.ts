import type { FaultList } from './faults.js';
import type { JobFile } from './schema.js';

type Written = JobFile['sources'][string]['signal'];
type Series = Extract<Written, { shape: 'series' }>;

/** A signal by time, in the job's unit, and by the steps that have passed. */
type Signal = (time: number, step: number) => number;

/** What a source's signal is: known from the job file alone, or the values of a file that come with the job. */
export type SignalOfSource =
  | {
      readonly kind: 'known';
      readonly at: Signal /** An upper bound of its size. */;
      readonly highest: number;
    }
  | { readonly kind: 'file'; readonly of: (values: ArrayLike<number>) => Signal };

/** The signal under `path`. Faults where a series has no values, or two sources of them. */
export function signalOf(signal: Written, path: string, faults: FaultList): SignalOfSource {
  switch (signal.shape) {
    case 'ricker': {
      const { frequency, delay = 1.5 / frequency } = signal;
      return bounded((time) => {
        const squared = (Math.PI * frequency * (time - delay)) ** 2;
        return (1 - 2 * squared) * Math.exp(-squared);
      });
    }
    case 'gaussian-derivative': {
      const { sigma, delay = 6 * sigma } = signal;
      return bounded((time) => {
        const t = (time - delay) / sigma;
        return -t * Math.exp(-(t ** 2) / 2);
      });
    }
    case 'tone-burst': {
      const { frequency, cycles } = signal;
      return bounded((time) => {
        const turns = frequency * time;
        const window = turns < cycles ? (1 - Math.cos((2 * Math.PI * turns) / cycles)) / 2 : 0;
        return window * Math.sin(2 * Math.PI * turns);
      });
    }
    case 'series':
      return seriesOf(signal, path, faults);
  }
}

/** Far from its middle a signal may be a 0 times what f64 cannot hold, which is no number: it is 0 there. */
const bounded = (at: Signal): SignalOfSource => {
  return { kind: 'known', at: (time, step) => at(time, step) || 0, highest: 1 };
};

function seriesOf({ values, file, dt }: Series, path: string, faults: FaultList): SignalOfSource {
  if (values !== undefined && file !== undefined) {
    faults.add(`${path}.file`, 'is given and values too', 'Give one of them');
  }
  if (values === undefined && file !== undefined) {
    return { kind: 'file', of: (read) => sampled(read, dt) };
  }
  if (values === undefined) faults.add(`${path}.values`, 'is missing', 'Give a list of numbers, or a file');
  const known = values ?? [];
  const highest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { kind: 'known', at: sampled(known, dt), highest };
}

/** One value for each step, or every `dt` of time, the first at time 0, and straight lines between; then 0. */
function sampled(values: ArrayLike<number>, dt: number | undefined): Signal {
  if (dt === undefined) return (_, step) => values[step] ?? 0;
  const last = values.length - 1;
  return (time) => {
    const place = time / dt;
    if (place > last) return 0;
    const before = Math.floor(place);
    const [from = 0, to = 0] = [values[before], values[Math.min(before + 1, last)]];
    return from + (to - from) * (place - before);
  };
}
