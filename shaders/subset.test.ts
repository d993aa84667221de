import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ModelError } from '../core/errors.js';
import { boxOfShape } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { Engine } from './engine.js';
import type { Field, ModelSource } from './model.js';
import { createWasmEngine } from './wasm/engine.js';
import { arbitraryUpdate } from './wasm/models.suite.js';
import { dawnAdapter } from './webgpu/dawn.suite.js';
import { createWebgpuEngine } from './webgpu/engine.js';

const fields: readonly Field[] = [
  { name: 'u', kind: 'wave', title: 'u', unit: () => '1' },
  { name: 't', kind: 'tracker', title: 't', unit: () => '1' },
];

function modelOf(wgsl: string, more: Partial<ModelSource> = {}): ModelSource {
  return { name: 'test', wgsl, radius: 2, fields, media: [], constants: ['k'], ...more };
}

/** A model whose `u` becomes `expression`, computed after `statements`. */
function updating(
  expression: string,
  { statements = '', declarations = '', ...more }: Partial<ModelSource> & Record<string, unknown> = {},
): ModelSource {
  const wgsl = `struct Cell { u: f32, t: f32 }
${declarations}
fn update() -> Cell { ${statements} return Cell(${expression}, t()); }`;
  return modelOf(wgsl, more);
}

/** Where a model can give a name: each use is of the subset, if the name is. */
const roles: Readonly<Record<string, (name: string) => ModelSource>> = {
  value: (name) => updating(name, { statements: `let ${name} = t();` }),
  parameter: (name) =>
    updating('f(t())', { declarations: `fn f(${name}: f32) -> f32 { return 2.0 * ${name}; }` }),
  function: (name) =>
    updating(`${name}(t())`, { declarations: `fn ${name}(x: f32) -> f32 { return 2.0 * x; }` }),
  constant: (name) => updating(`${name} * t()`, { declarations: `const ${name} = 2.0;` }),
  field: (name) =>
    modelOf(
      `struct Cell { ${name}: f32, t: f32 } fn update() -> Cell { return Cell(${name}(1, 0, 0), t()); }`,
      { fields: [{ name, kind: 'wave' }, fields[1] as Field] },
    ),
  medium: (name) => updating(`${name}() * t()`, { media: [{ name }] }),
  'member of param': (name) => updating(`param.${name} * t()`, { constants: [name] }),
};

/** Words that mean something to WGSL, to its compilers or to the engines, and some that mean nothing to any. */
const names =
  `all any array arrayLength atomic binding bitcast builtin compute countOneBits cross degrees dot exp f16
  f32 fma fract function global_invocation_id group gs_cell gs_new gs_update i64 ldexp length loop mat4x4f pow private
  ptr read read_write sampler saturate self sin smoothstep step storage texture_2d u uniform unpack4x8snorm update vec2
  vec3f vec3u vec4 workgroup workgroupBarrier write a-b _ __x x2 ψ Ψ_1 param DIMENSIONS Cell k`.split(/\s+/);

const times = (count: number, open: string, inside: string, close: string) =>
  `${open.repeat(count)}${inside}${close.repeat(count)}`;

describe('what the compiler takes, both engines take', () => {
  let engines: readonly Engine[];
  beforeAll(async () => {
    engines = [await createWasmEngine(), await createWebgpuEngine(await dawnAdapter())];
  });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));

  /** False where the compiler refuses the model; throws where an engine does and it did not. */
  async function runs(model: ModelSource): Promise<boolean> {
    let compiled: ReturnType<typeof compileModel>;
    try {
      compiled = compileModel(model);
    } catch (error) {
      if (error instanceof ModelError) return false;
      throw error;
    }
    for (const engine of engines) {
      const shard = await engine.createShard({
        model: compiled,
        components: 1,
        dimensions: 3,
        frame: boxOfShape([6, 6, 6]),
        constants: Object.fromEntries(model.constants.map((name) => [name, 1])),
        media: Object.fromEntries(model.media.map(({ name }) => [name, 1])),
        probes: [],
      });
      await shard.close();
    }
    return true;
  }

  test.each(Object.entries(roles))('whatever a %s is called', async (_, modelCalled) => {
    const taken = await Promise.all(names.map((name) => runs(modelCalled(name))));
    expect(names.filter((_, index) => taken[index])).toContain('ψ');
    expect(names.filter((_, index) => taken[index])).not.toContain('gs_cell');
  });

  test.each([
    ['blocks', times(58, '{', '', '}')],
    ['branches', times(58, 'if (t() > 0.0) {', '', '}')],
    ['else branches', times(58, 'if (t() > 0.0) { } else {', '', '}')],
    ['branches in a row', `if (t() > 0.0) { }${' else if (t() > 1.0) { }'.repeat(57)}`],
    ['loops', times(58, 'for (var i = 0; i < 1; i++) {', '', '}')],
    ['parentheses', `let a = ${times(58, '(', 't()', ')')};`],
    ['calls', `let a = ${times(58, 'abs(', 't()', ')')};`],
    ['signs', `let a = ${'- '.repeat(58)}t();`],
    ['a sum', `let a = t()${' + t()'.repeat(199)};`],
    ['the largest number', 'let a = 340282346638528859811704183484516925440.0;'],
    ['a number too small for f32', 'let a = 1e-50f + 1e-50;'],
    ['bounds that meet', 'let a = clamp(t(), 1.0, 1.0);'],
    ['what can never be reached', 'return Cell(t(), t()); let a = 1.0;'],
    ['names declared again in inner blocks', 'for (var i = 0; i < 2; i++) { let i = t(); }'],
  ])('as much of %s as it allows', async (_, statements) => {
    expect(await runs(updating('t()', { statements }))).toBe(true);
  });

  test('any model', async () => {
    const three = [...fields, { name: 'v', kind: 'wave', title: 'v', unit: () => '1' }] as const;
    await fc.assert(
      fc.asyncProperty(arbitraryUpdate(three, ['m'], ['k'], 2), async (wgsl) => {
        expect(await runs(modelOf(wgsl, { fields: three, media: [{ name: 'm' }] }))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
