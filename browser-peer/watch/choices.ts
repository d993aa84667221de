import { MAX_VIEW_STRIDE, MAX_VOLUME_SAMPLES } from '../../core/protocol/limits.js';
import type { Snapshots } from '../../core/watch/stored.js';
import type { Sight, View } from '../../core/watch/view.js';
import { COLOUR_MAPS, type ColourMapName } from './colours.js';
import { FIRST_TURN, type Turn } from './volume/turn.js';

/** What a visitor has chosen to see, and how. It stands in the page's address, so that a link shows the same. */
export interface Choices {
  /** Undefined: the job's first. */
  readonly state: string | undefined;
  /** Across which the plane lies; `all`: the whole volume is seen. */
  readonly axis: Sight['axis'];
  /** Undefined: the middle. */
  readonly at: number | undefined;
  /** Frames a second, at most. */
  readonly rate: number;
  /** How a volume is turned. */
  readonly turn: Turn;
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
  const [, axis, at] = /^([zyx]|all)(?::(\d+))?$/.exec(query.get('plane') ?? '') ?? [];
  const rate = number('rate') ?? 15;
  return {
    state: query.get('field') ?? undefined,
    axis: (axis ?? 'z') as Sight['axis'],
    at: at === undefined || axis === 'all' ? undefined : Number(at),
    turn: turnIn(query.get('turn')),
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
  set('turn', sameTurn(choices.turn, FIRST_TURN) ? undefined : turnWords(choices.turn));
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

/** Degrees about the upright axis and towards the viewer, such as `-45,30`. */
function turnIn(text: string | null): Turn {
  const [, turn, tilt] = /^(-?\d{1,3}),(-?\d{1,2})$/.exec(text ?? '') ?? [];
  return turn === undefined ? FIRST_TURN : { turn: Number(turn), tilt: Number(tilt) };
}

const turnWords = ({ turn, tilt }: Turn) => `${Math.round(turn)},${Math.round(tilt)}`;
const sameTurn = (a: Turn, b: Turn) => turnWords(a) === turnWords(b);

/** Volumes a second, at most: each is as much as many planes. */
export const VOLUME_RATE = 5;

/** What of a job's grid comes nearest to the choices: a plane with about as many samples across as there are pixels, or the whole volume. */
export function sightOf(
  choices: Choices,
  snapshots: Pick<Snapshots, 'shape' | 'dimensions' | 'states'>,
  pixels: number,
): Sight {
  const { axis, rate } = choices;
  const { shape, dimensions, states } = snapshots;
  const state = states.find(({ name }) => name === choices.state)?.name ?? states[0]?.name ?? '';
  if (axis !== 'all' || dimensions === 2) {
    return { state, rate, ...planeOf(axis === 'all' ? 'z' : axis, choices.at, snapshots, pixels) };
  }
  return { state, axis, stride: volumeStride(shape), rate: Math.min(rate, VOLUME_RATE) };
}

function planeOf(
  axis: View['axis'],
  at: number | undefined,
  { shape, dimensions }: Pick<Snapshots, 'shape' | 'dimensions'>,
  pixels: number,
): Pick<View, 'axis' | 'at' | 'stride'> {
  const across = dimensions === 2 ? 'z' : axis;
  const [rows, columns] = AXES.filter((other) => other !== across).map((other) => shape[AXES.indexOf(other)]);
  const length = shape[AXES.indexOf(across)] as number;
  const longest = Math.max(rows as number, columns as number);
  return {
    axis: across,
    at: Math.min(length - 1, at ?? Math.floor(length / 2)),
    stride: Math.max(1, Math.min(MAX_VIEW_STRIDE, Math.floor(longest / Math.max(1, pixels)))),
  };
}

/** The finest with which a volume has no more samples than are shown. */
function volumeStride(shape: readonly number[]): number {
  const samples = (stride: number) => shape.reduce((count, length) => count * Math.ceil(length / stride), 1);
  let stride = 1;
  while (stride < MAX_VIEW_STRIDE && samples(stride) > MAX_VOLUME_SAMPLES) stride += 1;
  return stride;
}
