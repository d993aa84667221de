import type { Snapshots } from '../../core/watch/stored.js';
import type { View } from '../../core/watch/view.js';
import { COLOUR_MAPS, type ColourMapName } from './colours.js';

/** What a visitor has chosen to see, and how. It stands in the page's address, so that a link shows the same. */
export interface Choices {
  /** Undefined: the job's first. */
  readonly state: string | undefined;
  readonly axis: View['axis'];
  /** Undefined: the middle. */
  readonly at: number | undefined;
  /** Frames a second, at most. */
  readonly rate: number;
  readonly colours: ColourMapName | undefined;
  /** The value at the colours' ends; undefined: what is seen decides. */
  readonly peak: number | undefined;
  readonly marks: boolean;
  readonly borders: boolean;
  /** Of a sweep, by its number; undefined: one that has something to show. */
  readonly member: number | undefined;
}

export const RATES = [1, 2, 5, 10, 15, 20, 30, 40, 60] as const;

/** What the address asks for; what it says wrongly, or not, is as it is for everybody. */
export function choicesIn(search: string): Choices {
  const query = new URLSearchParams(search);
  const number = (name: string) => {
    const value = Number.parseFloat(query.get(name) ?? '');
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const [, axis, at] = /^([zyx])(?::(\d+))?$/.exec(query.get('plane') ?? '') ?? [];
  const rate = number('rate') ?? 15;
  return {
    state: query.get('field') ?? undefined,
    axis: (axis ?? 'z') as View['axis'],
    at: at === undefined ? undefined : Number(at),
    rate: RATES.findLast((choice) => choice <= rate) ?? RATES[0],
    colours: COLOUR_MAPS.find((name) => name === query.get('colours')),
    peak: number('peak') || undefined,
    marks: query.get('marks') !== 'off',
    borders: query.get('borders') === 'on',
    member: /^\d{1,5}$/.test(query.get('member') ?? '') ? Number(query.get('member')) : undefined,
  };
}

/** The part of the address that brings the same choices back, beside what else stands there. */
export function searchWith(search: string, choices: Choices): string {
  const query = new URLSearchParams(search);
  const set = (name: string, value: string | undefined) =>
    value === undefined ? query.delete(name) : query.set(name, value);
  set('field', choices.state);
  set('plane', choices.at === undefined && choices.axis === 'z' ? undefined : planeIn(choices));
  set('rate', choices.rate === 15 ? undefined : String(choices.rate));
  set('colours', choices.colours);
  set('peak', choices.peak === undefined ? undefined : String(choices.peak));
  set('marks', choices.marks ? undefined : 'off');
  set('borders', choices.borders ? 'on' : undefined);
  set('member', choices.member === undefined ? undefined : String(choices.member));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The part of the address that shows the same picture alone. */
export function kioskSearch(search: string, choices: Choices): string {
  const query = new URLSearchParams(searchWith(search, choices));
  query.set('kiosk', '');
  return query.toString();
}

const planeIn = ({ axis, at }: Choices) => (at === undefined ? axis : `${axis}:${at}`);

const AXES = ['z', 'y', 'x'] as const;

/** The view of a job's grid that comes nearest to the choices, with about as many samples across as there are pixels. */
export function viewOf(
  { state, axis, at, rate }: Choices,
  { shape, dimensions, states }: Pick<Snapshots, 'shape' | 'dimensions' | 'states'>,
  pixels: number,
): View {
  const across = dimensions === 2 ? 'z' : axis;
  const [rows, columns] = AXES.filter((other) => other !== across).map((other) => shape[AXES.indexOf(other)]);
  const length = shape[AXES.indexOf(across)] as number;
  const longest = Math.max(rows as number, columns as number);
  return {
    state: states.find(({ name }) => name === state)?.name ?? states[0]?.name ?? '',
    axis: across,
    at: Math.min(length - 1, at ?? Math.floor(length / 2)),
    stride: Math.max(1, Math.min(64, Math.floor(longest / Math.max(1, pixels)))),
    rate,
  };
}
