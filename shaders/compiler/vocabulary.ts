/** What WGSL keeps for itself: no declaration may take these names (WGSL specification, sections 15.1 and 15.2). */
const KEYWORDS = `alias break case const const_assert continue continuing default diagnostic discard else enable
  false fn for if let loop override requires return struct switch true var while`;
const RESERVED = `NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become
  cast catch class co_await co_return co_yield coherent column_major common compile compile_fragment concept
  const_cast consteval constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast
  enum explicit export extends extern external fallthrough filter final finally friend from fxgroup get goto
  groupshared highp impl implements import inline instanceof interface layout lowp macro macro_rules match mediump
  meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation non_coherent noncoherent
  noperspective null nullptr of operator package packoffset partial pass patch pixelfragment precise precision
  premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict
  self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template this
  thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using
  varying virtual volatile wgsl where with writeonly yield`;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const keywords = words(KEYWORDS);
const reservedWords = words(`${KEYWORDS} ${RESERVED}`);

const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

/** Why nothing in a model can be called so; undefined where it can. */
export function nameFault(name: string): string | undefined {
  if (reservedWords.has(name)) return `WGSL keeps the word ${name} for itself; choose another name`;
  if (!IDENTIFIER.test(name) || name === '_' || name.startsWith('__')) {
    return `${name} is no name in WGSL; choose another`;
  }
  if (name.startsWith('gs_')) return 'names that begin with gs_ are the engines’ own; choose another';
  return undefined;
}

/**
 * Words of WGSL that the code around a model is written in. WGSL would let a module declare them anew; whoever does
 * changes the meaning of that code, on a GPU alone.
 */
export const wordsOfEngines =
  words(`all any array arrayLength atomic bitcast f16 function mat2x2 mat3x3 mat4x4 private
  ptr read read_write storage storageBarrier uniform vec2 vec2f vec2h vec2i vec2u vec3 vec3f vec3h vec3i vec3u vec4
  vec4f vec4h vec4i vec4u workgroup workgroupBarrier workgroupUniformLoad write`);

/** What every model finds declared, besides its fields. */
export const givenNames = words('param step DIMENSIONS Cell');

export const scalarTypes = ['f32', 'i32', 'u32', 'bool'] as const;

/** Functions of the subset, with the number of their arguments. */
export const builtins = new Map<string, number>([
  ['abs', 1],
  ['ceil', 1],
  ['clamp', 3],
  ['floor', 1],
  ['max', 2],
  ['min', 2],
  ['mix', 3],
  ['round', 1],
  ['select', 3],
  ['sign', 1],
  ['sqrt', 1],
  ['trunc', 1],
]);

const TABULATE =
  'differs between devices by thousands of units in the last place; compute it once, in a constant or an initial state';
const TRANSCENDENTAL = words(
  'acos acosh asin asinh atan atan2 atanh cos cosh exp exp2 log log2 pow sin sinh tan tanh',
);

/** WGSL functions that a physicist may reach for, and why they are not in the subset. */
export const refusedBuiltins: ReadonlyMap<string, string> = new Map([
  ...[...TRANSCENDENTAL].map((name): [string, string] => [name, `${name} ${TABULATE}`]),
  ['fma', 'devices differ in whether fma rounds once or twice; write a * b + c'],
  ['fract', 'fract is not in the subset; write x - floor(x)'],
  ['inverseSqrt', 'inverseSqrt differs between devices; write 1.0 / sqrt(x)'],
  ['step', 'step is the running step here (step.time); write select(0.0, 1.0, x >= edge)'],
]);
