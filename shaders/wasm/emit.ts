import type { Program } from '../compiler/program.js';
import type { ModelSource } from '../model.js';
import { type BlockText, beginningCode, blockCode, type Places } from './block-code.js';
import { type Cell, cellOf } from './cell.js';
import { bytesOf, sequence } from './code.js';
import { encodeModule } from './encoding.js';
import type { Layout } from './layout.js';
import type { Load } from './operations.js';
import { AT, type Axes, boxLoops, LOCALS, MASK, MEDIA_AT, parameter, type StripCode } from './row-loop.js';
import { type Known, settled } from './settled.js';
import { Strip } from './strip.js';
import { uniformCode } from './uniform-code.js';

/**
 * Advances one component's cells of a box by one step. All but `time` count bytes or turns:
 * `first` is where the box's first row begins in the component's arrays, at the frame's lowest x, less the layout's `reach`;
 * `from` and `to` bound the box's cells in each row; `component` is how far this component's arrays lie beyond those of the first.
 */
export type Step = (
  first: number,
  rows: number,
  planes: number,
  from: number,
  to: number,
  component: number,
  time: number,
) => void;

/** Names of the two exported steps: in `even`, the first array of each wave field is its `now`. */
export const STEPS = ['even', 'odd'] as const;
export const MEMORY = { module: 'shard', name: 'memory' } as const;

export interface Emission extends Known {
  readonly program: Program;
  readonly model: ModelSource;
  readonly layout: Layout;
  readonly pages: number;
  /** Whether several threads share the memory. */
  readonly shared: boolean;
}

/** A module with the two steps of a shard; its strides, array bases and constants are immediates. */
export function emitModule(emission: Emission): Uint8Array<ArrayBuffer> {
  const { model, layout, pages, shared } = emission;
  const program = settled(emission.program, emission);
  const cell = cellOf(program);
  const flat = layout.dimensions === 2;
  const strips = stripsFor(cell, flat ? [0, 1, 0] : [0, 0, 1]);
  const uniform = uniformCode(program, cell, MASK + 1);
  const carried = MASK + 1 + uniform.locals;
  const free = carried + Math.max(...strips.map(({ strip }) => strip.slots));
  const places: Places = {
    cells: AT,
    media: MEDIA_AT,
    mask: MASK,
    uniform: uniform.value,
    carried,
    free,
    targets: model.fields.map(({ name, kind }) => ({ array: kind === 'wave' ? 'before' : 'now', name })),
  };
  const texts = strips.map((plan) => stripText(plan, places));
  const codes = texts.map(({ code }) => code);
  const body = sequence(uniform.code, boxLoops(codes, flat ? byRows(layout) : byPlanes(layout)));
  return encodeModule({
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32'],
    locals: [
      { type: 'i32', count: LOCALS.i32 },
      { type: 'v128', count: free - MASK + Math.max(...texts.map(({ locals }) => locals)) },
    ],
    functions: STEPS.map((name, parity) => ({
      name,
      body: bytesOf(body, (cells) => offsetOf(cells, layout, parity)),
    })),
    memory: { ...MEMORY, pages, shared },
  });
}

interface StripPlan {
  readonly strip: Strip;
  /** Whole vectors taken at once; 0 where all are taken one by one, masked. */
  readonly vectors: 0 | 1 | 2;
}

/**
 * Up to so many operations of a cell, two rows at once share loads and have registers for what they share. Measured on
 * x86-64 with 16 registers: 18% faster for the 7-point wave, 10% for the 25-point one, slower above.
 */
const MOST_OPERATIONS_OF_PAIRS = 72;
/** With more, loops and masks cost little, and a module of one body is built sooner. */
const MOST_OPERATIONS_OF_STRETCHES = 256;

/** `above` leads from a row to the one that is taken together with it. */
function stripsFor(cell: Cell, above: Load['at']): StripPlan[] {
  const operations = cell.operations.filter(({ kind }) => kind !== 'uniform').length;
  const one = new Strip(cell, 1, above);
  if (operations > MOST_OPERATIONS_OF_STRETCHES) return [{ strip: one, vectors: 0 }];
  if (operations > MOST_OPERATIONS_OF_PAIRS) return [{ strip: one, vectors: 2 }];
  return [
    { strip: new Strip(cell, 2, above), vectors: 2 },
    { strip: one, vectors: 1 },
  ];
}

function stripText({ strip, vectors }: StripPlan, places: Places): { code: StripCode; locals: number } {
  const beginning = beginningCode(strip.beginning(), places);
  const masked = blockCode(strip.block(1), places, 'masked');
  const whole: BlockText | undefined =
    vectors > 0 ? blockCode(strip.block(vectors), places, 'whole') : undefined;
  return {
    code: {
      rows: strip.rows,
      beginning: beginning.code,
      stretch: whole && { vectors, code: whole.code },
      masked: masked.code,
    },
    locals: Math.max(beginning.locals, masked.locals, whole?.locals ?? 0),
  };
}

function byPlanes({ row, plane }: Layout): Axes {
  return { outer: { count: parameter.planes, bytes: plane }, inner: { count: parameter.rows, bytes: row } };
}

function byRows({ row, plane }: Layout): Axes {
  return { outer: { count: parameter.rows, bytes: row }, inner: { count: parameter.planes, bytes: plane } };
}

/** Bytes from a block's address to some of its cells. A tracker has one array, whatever the level. */
function offsetOf({ array, name, at: [x, y, z] }: Load, layout: Layout, parity: number): number {
  const { row, plane, reach, arrays, media } = layout;
  const base =
    array === 'medium' ? media.get(name) : arrays.get(name)?.[array === 'now' ? parity : 1 - parity];
  if (base === undefined) throw new RangeError(`no array ${name}`);
  return base + reach + x * Float32Array.BYTES_PER_ELEMENT + y * row + z * plane;
}
