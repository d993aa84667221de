import type { Triple } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import type { ModelSource } from '../model.js';
import { type CellFormat, HALF_WGSL } from './cell-format.js';
import { lineOf } from './memory-shape.js';
import type { Workgroup } from './workgroup.js';

/** Where the bindings of `gs_update` lie, all in group 0. State arrays follow from FIRST_STATE on. */
export const BINDING = { constants: 0, step: 1, firstState: 2 } as const;

/** What `gs_Step` holds, in 32-bit words. `row` is read by the sampling kernel alone. */
export const STEP_WORDS = { lo: 0, time: 3, hi: 4, row: 7, length: 8 } as const;

/** A state array as the update sees it: it reads the newest level and overwrites the others in place. */
export interface StateBinding {
  readonly field: string;
  readonly kind: 'wave' | 'tracker';
  readonly level: 'now' | 'before';
  readonly access: 'read' | 'read_write';
}

/** The state arrays of one component, in the order of their bindings. */
export function stateBindings(model: ModelSource): readonly StateBinding[] {
  return model.fields.flatMap(({ name: field, kind }): StateBinding[] =>
    kind === 'wave'
      ? [
          { field, kind, level: 'now', access: 'read' },
          { field, kind, level: 'before', access: 'read_write' },
        ]
      : [{ field, kind, level: 'now', access: 'read_write' }],
  );
}

/** The media that are kept as cells; their bindings follow those of the state. */
export function mediaBindings(model: ModelSource, media: Media): readonly StateBinding[] {
  return model.media
    .filter(({ name }) => media[name] === 'cells')
    .map(({ name: field }) => ({ field, kind: 'tracker', level: 'now', access: 'read' }));
}

type Media = NonNullable<ShardSpec['media']>;

export interface UpdateOptions {
  readonly model: ModelSource;
  readonly media: Media;
  /** In which waves are kept. */
  readonly format: CellFormat;
  readonly dimensions: 2 | 3;
  /** Of the state arrays in memory, `[nz, ny, nx]`. */
  readonly shape: Triple;
  readonly workgroup: Workgroup;
}

export interface UpdateSource {
  /** A WGSL module whose entry point `gs_update` advances one component by one step. */
  readonly code: string;
  /** The model's first line is the one after these. */
  readonly linesBefore: number;
}

const WAVE_WORDS: Readonly<Record<CellFormat, string>> = { f32: 'f32', f16: 'u32' };

/** The wave in a cell. A stride is a whole number of words, so that which half it is shows where the offset is known. */
const waveAt: Readonly<Record<CellFormat, (array: string, cell: string) => string>> = {
  f32: (array, cell) => `${array}[${cell}]`,
  f16: (array, cell) => `unpack2x16float(${array}[${cell} >> 1u] >> (u32(${cell} & 1) << 4u)).x`,
};

/** The model's WGSL between what it may call and what calls it. */
export function updateSource(options: UpdateOptions): UpdateSource {
  const before = prelude(options);
  return {
    code: `${before}${options.model.wgsl}\n${options.format === 'f16' ? pairEntryPoint(options) : entryPoint(options)}`,
    linesBefore: before.split('\n').length - 1,
  };
}

const variable = (field: string, level: 'now' | 'before') => `gs_${level}_${field}`;

function prelude({ model, media, format, dimensions, shape: [, ny, nx] }: UpdateOptions): string {
  const members = model.constants.length > 0 ? model.constants : ['gs_none'];
  const bindings = [...stateBindings(model), ...mediaBindings(model, media)].map(
    ({ field, kind, level, access }, index) =>
      `@group(0) @binding(${BINDING.firstState + index}) var<storage, ${access}> ${variable(field, level)}: array<${
        kind === 'wave' ? WAVE_WORDS[format] : 'f32'
      }>;`,
  );
  const accessors = model.fields.map(({ name, kind }) => {
    const now = variable(name, 'now');
    if (kind === 'tracker') return `fn ${name}() -> f32 { return ${now}[gs_cell]; }`;
    return `fn ${name}(dx: i32, dy: i32, dz: i32) -> f32 {
  let gs_at = gs_cell + dx + dy * gs_stride_y + dz * gs_stride_z;
  return ${waveAt[format](now, 'gs_at')};
}
fn ${name}_before() -> f32 { return ${waveAt[format](variable(name, 'before'), 'gs_cell')}; }`;
  });
  const mediaAccessors = model.media.map(({ name }) => {
    const value = media[name];
    return `fn ${name}() -> f32 { return ${typeof value === 'number' ? literal(value) : `${variable(name, 'now')}[gs_cell]`}; }`;
  });
  return `${format === 'f16' ? HALF_WGSL : ''}struct gs_Constants {
${members.map((member) => `  ${member}: f32,`).join('\n')}
}
struct gs_Step {
  gs_lo: vec3u,
  time: f32,
  gs_hi: vec3u,
  gs_row: u32,
}
@group(0) @binding(${BINDING.constants}) var<uniform> param: gs_Constants;
@group(0) @binding(${BINDING.step}) var<uniform> step: gs_Step;
${bindings.join('\n')}
const DIMENSIONS: u32 = ${dimensions}u;
const gs_stride_y: i32 = ${nx};
const gs_stride_z: i32 = ${ny * nx};
var<private> gs_cell: i32;
${[...accessors, ...mediaAccessors].join('\n')}
`;
}

/** Bit for bit, and known to the device's compiler. */
function literal(value: number): string {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  return `bitcast<f32>(${bits}u)`;
}

/**
 * A thread updates `march` cells, one above the other. Threads are counted from where the line of memory begins in which
 * the box's rows begin, so that a row of them covers whole lines.
 */
function entryPoint({ model, shape, workgroup: { invocations, march } }: UpdateOptions): string {
  const [wz, wy, wx] = invocations;
  const line = lineOf(shape, 'f32');
  const stores = model.fields.map(
    ({ name, kind }) =>
      `    ${variable(name, kind === 'wave' ? 'before' : 'now')}[gs_cell] = gs_new.${name};`,
  );
  return `@compute @workgroup_size(${wx}, ${wy}, ${wz})
fn gs_update(@builtin(global_invocation_id) gs_id: vec3u) {
  let gs_x = step.gs_lo.x / ${line}u * ${line}u + gs_id.x;
  let gs_y = step.gs_lo.y + gs_id.y;
  if (gs_x < step.gs_lo.x || gs_x >= step.gs_hi.x || gs_y >= step.gs_hi.y) { return; }
  let gs_from = step.gs_lo.z + gs_id.z * ${march}u;
  let gs_to = min(gs_from + ${march}u, step.gs_hi.z);
  for (var gs_z = gs_from; gs_z < gs_to; gs_z++) {
    gs_cell = i32(gs_x) + i32(gs_y) * gs_stride_y + i32(gs_z) * gs_stride_z;
    let gs_new = update();
${stores.join('\n')}
  }
}
`;
}

/**
 * As above, but a thread updates two neighbours in a row, which share a word of each wave. Where one of them lies outside the
 * box, it keeps its half.
 */
function pairEntryPoint({ model, shape, workgroup: { invocations, march } }: UpdateOptions): string {
  const [wz, wy, wx] = invocations;
  const line = lineOf(shape, 'f16');
  const stores = model.fields.map(({ name, kind }) => {
    if (kind === 'tracker') {
      const array = variable(name, 'now');
      return `    if (gs_first) { ${array}[gs_cell] = gs_low.${name}; }
    if (gs_second) { ${array}[gs_cell + 1] = gs_high.${name}; }`;
    }
    const word = `${variable(name, 'before')}[gs_cell >> 1u]`;
    const halves = ['low', 'high'].map((cell) => `gs_half(bitcast<u32>(gs_${cell}.${name}), gs_seed)`);
    return `    ${word} = (${word} & ~gs_mask) | ((${halves[0]} | (${halves[1]} << 16u)) & gs_mask);`;
  });
  return `@compute @workgroup_size(${wx}, ${wy}, ${wz})
fn gs_update(@builtin(global_invocation_id) gs_id: vec3u) {
  let gs_x = step.gs_lo.x / ${line}u * ${line}u + 2u * gs_id.x;
  let gs_y = step.gs_lo.y + gs_id.y;
  let gs_first = gs_x >= step.gs_lo.x && gs_x < step.gs_hi.x;
  let gs_second = gs_x + 1u >= step.gs_lo.x && gs_x + 1u < step.gs_hi.x;
  if (!(gs_first || gs_second) || gs_y >= step.gs_hi.y) { return; }
  let gs_mask = select(0u, 0xffffu, gs_first) | select(0u, 0xffff0000u, gs_second);
  let gs_seed = bitcast<u32>(step.time);
  let gs_from = step.gs_lo.z + gs_id.z * ${march}u;
  let gs_to = min(gs_from + ${march}u, step.gs_hi.z);
  for (var gs_z = gs_from; gs_z < gs_to; gs_z++) {
    let gs_even = i32(gs_x) + i32(gs_y) * gs_stride_y + i32(gs_z) * gs_stride_z;
    gs_cell = gs_even + 1;
    let gs_high = update();
    gs_cell = gs_even;
    let gs_low = update();
${stores.join('\n')}
  }
}
`;
}
