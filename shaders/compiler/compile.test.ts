import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../core/errors.js';
import type { Field, Model } from '../model.js';
import { wave } from '../models/wave.js';
import { compileModel, programFor } from './compile.js';
import { interpret } from './interpret.js';

const fields: Field[] = (
  [
    ['u', 'wave'],
    ['t', 'tracker'],
  ] as const
).map(([name, kind]) => ({ name, kind, title: name, unit: () => '1' }));

function modelOf(wgsl: string, given: readonly Field[] = fields): Model {
  return { ...wave, name: 'test', fields: given, radius: 2, constants: ['k'], wgsl };
}

/** A model whose `u` becomes `expression`, computed after `statements`. */
function updating(expression: string, statements = '', declarations = ''): Model {
  return modelOf(`struct Cell { u: f32, t: f32 }
${declarations}
fn update() -> Cell {
${statements}
return Cell(${expression}, t());
}`);
}

/** The new `u`, where u is 100 + dx + 10·dy, u_before 7, t 3, k 0.5 and the time 2. */
function newValue(model: Model, dimensions: 2 | 3 = 3): number | undefined {
  const program = programFor(compileModel(model), dimensions);
  return interpret(program, {
    constants: { k: 0.5 },
    medium: () => Number.NaN,
    time: 2,
    read: ({ field, level, offset: [dx, dy] }) =>
      field === 't' ? 3 : level === 'before' ? 7 : 100 + dx + 10 * dy,
  })[0];
}

function refusal(model: Model): ModelError {
  try {
    compileModel(model);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('the model was accepted');
}

describe('a model computes what its WGSL says', () => {
  test.each([
    ['u(0, 0, 0) - u_before() + t()', 96],
    ['u(1, 0, 0) - u(-1, 0, 0) + u(0, 2, 0)', 122],
    ['param.k * step.time', 1],
    ['1.0 / 3.0', Math.fround(1 / 3)],
    ['f32(1) / f32(3)', Math.fround(1 / 3)],
    ['t() / 7.0', Math.fround(3 / 7)],
    ['2 * t()', 6],
    ['1 + 2 * 3 - 4', 3],
    ['f32(7 / 2) + f32(-7 / 2) + f32(7 % 4)', 3],
    ['-t() - -2.5', -0.5],
    ['f32(0x10) + 1e1 + .5 + 2.f', 28.5],
    ['select(1.0, 2.0, t() > 2.0 && !(t() >= 4.0))', 2],
    ['f32(t() == 3.0) + f32(t() != 3.0 || true)', 2],
    ['min(t(), 2.0) + max(t(), 5.0) + clamp(t(), 0.0, 1.0)', 8],
    ['abs(-t()) + sign(-t()) + sqrt(t() + 1.0)', 4],
    ['floor(t() / 2.0) + ceil(t() / 2.0) + round(t() / 2.0) + trunc(-t() / 2.0)', 4],
    ['mix(t(), 5.0, 0.25)', 3.5],
    ['f32(DIMENSIONS)', 3],
  ])('%s is %f', (expression, value) => {
    expect(newValue(updating(expression))).toBe(value);
  });

  test.each([
    [
      'a loop with a known number of turns',
      'var s = 0.0; for (var i = -1; i <= 1; i++) { s += u(i, 0, 0); }',
      300,
    ],
    [
      'loops inside loops',
      'var s = 0.0; for (var i = 0; i < 3; i += 1) { for (var j = 0; j < i; j++) { s += 1; } }',
      3,
    ],
    ['a branch that depends on the cell', 'var s = 1.0; if (t() > 2.0) { s *= 4.0; } else { s = 0.0; }', 4],
    [
      'else if',
      'var s: f32; if (t() > 9.0) { s = 1.0; } else if (t() > 2.0) { s = 2.0; } else { s = 3.0; }',
      2,
    ],
    ['a name declared again in a block', 'var s = 1.0; { let s = 5.0; } if (true) { let s = t(); }', 1],
    [
      'a whole number that a constant branch chose',
      'var n = 1; if (DIMENSIONS == 3u) { n = 2; } let s = f32(n);',
      2,
    ],
    ['a const', 'const HALF: f32 = 0.5; const N = 2; let s = HALF * f32(N);', 1],
    ['names in any alphabet', 'let ψ = t(); let s = ψ;', 3],
    ['comments /* that /* nest */ */', '// one\n let s = /* a /* b */ c */ 1.0;', 1],
  ])('%s', (_, statements, value) => {
    expect(newValue(updating('s', statements))).toBe(value);
  });

  test('functions call functions, and may return early', () => {
    const declarations = `fn half(x: f32) -> f32 { return 0.5 * x; }
      fn bent(x: f32) -> f32 {
        if (x < 0.0) { return 0.0; }
        if (x > 2.0) { let y = half(x); return y; }
        return x;
      }`;
    expect(newValue(updating('bent(-1.0 * t()) + bent(t()) + bent(t() - 1.5)', '', declarations))).toBe(3);
  });

  test('a Cell may be filled member by member', () => {
    const model = modelOf(`struct Cell { u: f32, t: f32, };
      fn start() -> Cell { return Cell(t(), 1.0); }
      fn update() -> Cell { var next = start(); next.u += 2.0; if (t() > 0.0) { next.u *= 2.0; } return next; }`);
    expect(newValue(model)).toBe(10);
  });

  test('the branch of the other dimension is dropped', () => {
    const model = updating('s', 'var s = 2.0; if (DIMENSIONS == 3u) { s = u(0, 0, 1) - u(0, 0, 0) + 3.0; }');
    expect([newValue(model, 2), newValue(model, 3)]).toEqual([2, 3]);
  });
});

describe('a model outside the subset is refused, with its place and the reason', () => {
  test.each<[statements: string, line: number, column: number, reason: RegExp]>([
    ['while (true) { }', 4, 1, /the only loop is a `for`/],
    ['let a = 1.0;\n  loop { }', 5, 3, /hang a device/],
    ['for (;;) { }', 4, 7, /number of turns is known/],
    ['for (var i = 0.0; i < t(); i += 1.0) { }', 4, 21, /number of turns differs from cell to cell/],
    [
      'for (var i = 0; i < 2; i++) { if (t() > 0.0) { return Cell(); } }',
      4,
      1,
      /return cannot stand inside a loop/,
    ],
    ['for (var i = 0; i < 1000000; i++) { }', 4, 1, /more than 200000 steps/],
    ['for (var i = 0; i < 1; i *= 1) { }', 4, 1, /more than 200000 steps/],
    ['let a = sin(t());', 4, 9, /sin differs between devices/],
    ['let a = exp(t());', 4, 9, /compute it once/],
    ['let a = fma(t(), 2.0, 1.0);', 4, 9, /rounds once or twice/],
    ['let a = noise(t());', 4, 9, /noise is not declared/],
    ['let a = u(3, 0, 0);', 4, 11, /3 cells away is beyond the model's radius of 2/],
    ['let a = u(0, i32(t()), 0);', 4, 14, /would differ from cell to cell/],
    ['let a = u(0, 0.5, 0);', 4, 14, /expected i32, not a decimal number/],
    ['let a = u(1, 0);', 4, 9, /u\(dx, dy, dz\) reads a neighbour: 3 arguments, not 2/],
    ['let a = t(1, 0, 0);', 4, 9, /read at the cell itself/],
    ['let a = u;', 4, 9, /u is a field: read it as u\(dx, dy, dz\)/],
    ['let a = param.g;', 4, 15, /no constant g; it has: k/],
    ['let a = step.index;', 4, 14, /only the member time/],
    ['let a = 1.0; a = 2.0;', 4, 14, /declare it with var/],
    ['let a = 1.0; let a = 2.0;', 4, 18, /declared twice/],
    ['let u = 1.0;', 4, 5, /u already has a meaning here/],
    ['let filter = 1.0;', 4, 5, /keeps the word filter/],
    ['let gs_cell = 1.0;', 4, 5, /gs_ are the engines’ own/],
    ['let __a = 1.0;', 4, 5, /__a is no name in WGSL/],
    ['let a = clamp(t(), 1.0, 0.5);', 4, 9, /a low of 1, above its high of 0.5/],
    ['var a = 1.0; a++;', 4, 14, /count whole numbers, and this is f32; write \+= 1/],
    ['let a = 340282350000000000000000000000000000000.0;', 4, 9, /no finite value in f32/],
    ['let a = 340282350000000000000000000000000000000f;', 4, 9, /no finite value in f32/],
    ['let a = b;', 4, 9, /b is not declared/],
    ['let a = t() + 1u;', 4, 13, /f32 and u32 do not mix/],
    ['let a: f32 = 1u;', 4, 14, /expected f32, not u32/],
    ['let a = t() && true;', 4, 13, /f32 and bool do not mix/],
    ['let a = t() < 1.0 && t() > 0.0 || true;', 4, 32, /parentheses/],
    ['let a = 0.0 < t() < 1.0;', 4, 19, /cannot be chained/],
    ['let a = t() % 2.0;', 4, 13, /trunc/],
    ['let a = 1 / 0;', 4, 11, /divided by zero/],
    ['let a = 3000000000i;', 4, 9, /beyond the range of i32/],
    ['let a = 1e39f;', 4, 9, /no finite value in f32/],
    ['var n = 1; if (t() > 0.0) { n = 2; }', 4, 12, /use f32/],
    ['let a = vec3<f32>(0.0);', 4, 9, /vectors/],
    ['var a: array<f32, 3>;', 4, 8, /arrays/],
    ['var a: vec3f;', 4, 8, /name each value/],
    ['let a = &t;', 4, 9, /pointers/],
    ['let a = t()[0];', 4, 12, /arrays/],
    ['let a = 1 << 2;', 4, 11, /bits/],
    ['discard;', 4, 1, /cannot be discarded/],
    ['t();', 4, 4, /value of t is not used/],
    ['let a = 1.0h;', 4, 9, /f16/],
    ['let a = "x";', 4, 9, /means nothing in WGSL/],
    ['let a = 1.0', 5, 1, /expected ; here, not return/],
    ['/* open', 4, 1, /never closed/],
    ['var<private> a = 1.0;', 4, 4, /declares no memory/],
  ])('%s', (statements, line, column, reason) => {
    const { line: foundLine, column: foundColumn, reason: found } = refusal(updating('t()', statements));
    expect(found).toMatch(reason);
    expect([foundLine, foundColumn]).toEqual([line, column]);
  });

  test.each<[declarations: string, reason: RegExp]>([
    ['@group(0) @binding(0) var<storage> all: f32;', /declares no memory/],
    ['var<workgroup> shared_sum: f32;', /declares no memory/],
    ['fn f(x: f32) -> f32 { return f(x); }', /f calls itself/],
    ['fn f(x: f32) -> f32 { return g(x); } fn g(x: f32) -> f32 { return f(x); }', /f calls itself/],
    ['fn f(x: f32) -> f32 { if (x > 0.0) { return 1.0; } }', /without returning/],
    ['fn f(x: f32) { }', /must return a value/],
    ['fn unused() -> f32 { return true; }', /expected f32, not bool/],
    ['fn min(x: f32) -> f32 { return x; }', /min already has a meaning/],
    ['fn gs_helper(x: f32) -> f32 { return x; }', /gs_ are the engines’ own/],
    ['fn half(gs_x: f32) -> f32 { return 0.5 * gs_x; }', /gs_ are the engines’ own/],
    ['const gs_half = 0.5;', /gs_ are the engines’ own/],
    ['const storage = 0.5;', /storage already has a meaning/],
    ['fn any(x: f32) -> f32 { return x; }', /any already has a meaning/],
    [
      `fn f(${Array.from({ length: 256 }, (_, n) => `a${n}: f32`).join()}) -> f32 { return a0; }`,
      /more than 255/,
    ],
    ['struct Other { a: f32 }', /only struct/],
    ['const A = t();', /not known when the model compiles/],
    ['override A = 1.0;', /constants/],
    ['enable f16;', /extensions/],
    ['alias real = f32;', /write f32/],
  ])('%s', (declarations, reason) => {
    expect(refusal(updating('t()', '', declarations))).toMatchObject({
      line: 2,
      reason: expect.stringMatching(reason),
    });
  });

  test.each<[wgsl: string, reason: RegExp]>([
    ['', /struct Cell \{ u: f32, t: f32 \}/],
    ['struct Cell { t: f32, u: f32 }', /in their order/],
    ['struct Cell { u: f32, t: i32 }', /a field is f32/],
    ['struct Cell { u: f32, t: f32 }', /needs a function update/],
    ['struct Cell { u: f32, t: f32 } fn update() -> f32 { return 1.0; }', /returns Cell/],
    ['struct Cell { u: f32, t: f32 } fn update() -> Cell { return Cell(1.0); }', /Cell takes u, t/],
    [' '.repeat(65_537), /at most 65536 characters/],
  ])('%s', (wgsl, reason) => {
    expect(refusal(modelOf(wgsl)).reason).toMatch(reason);
  });

  test('fields, media and constants have names that WGSL can give them, each its own', () => {
    const medium = (name: string) => ({ name, title: name, unit: () => '1', scale: () => 1 });
    for (const name of ['gs_m', 'a-b', 'loop', '_', '__m']) {
      expect(refusal({ ...updating('1.0'), media: [medium(name)] }).reason).toContain('a medium cannot be');
      expect(refusal({ ...updating('1.0'), constants: [name] }).reason).toContain('a constant cannot be');
    }
    expect(refusal({ ...updating('1.0'), media: [medium('read')] }).reason).toContain('a medium cannot be');
    expect(refusal({ ...updating('1.0'), constants: ['k', 'k'] }).reason).toContain('a constant cannot be');
    const field: Field = { name: 'gs_u', kind: 'wave', title: 'u', unit: () => '1' };
    const wgsl = 'struct Cell {\n  gs_u: f32 }\nfn update() -> Cell { return Cell(); }';
    expect(refusal(modelOf(wgsl, [field]))).toMatchObject({ line: 2, column: 3 });
  });

  test('a radius beyond 4 is refused', () => {
    expect(refusal({ ...updating('t()'), radius: 5 }).reason).toContain('from 1 to 4');
  });
});

describe('no source can hang or crash the compiler', () => {
  const doubling = Array.from(
    { length: 15 },
    (_, n) => `fn f${n + 1}() -> f32 { return f${n}() + f${n}() + f${n}(); }`,
  );
  const chain = Array.from({ length: 40 }, (_, n) => `fn f${n + 1}() -> f32 { return f${n}(); }`);
  test.each([
    ['parentheses', updating(`${'('.repeat(30_000)}t()${')'.repeat(30_000)}`)],
    ['signs', updating(`${'- '.repeat(30_000)}t()`)],
    ['a long sum', updating(Array.from({ length: 15_000 }, () => 't()').join('+'))],
    ['sums in parentheses', updating(`${'('.repeat(150)}t()${`${'+t()'.repeat(90)})`.repeat(150)}`)],
    ['blocks', updating('t()', `${'{'.repeat(30_000)}${'}'.repeat(30_000)}`)],
    ['else if', updating('t()', `if (true) {}${' else if (true) {}'.repeat(3_500)}`)],
    ['calls that triple', updating('f15()', '', ['fn f0() -> f32 { return t(); }', ...doubling].join('\n'))],
    ['a chain of calls', updating('f40()', '', ['fn f0() -> f32 { return t(); }', ...chain].join('\n'))],
    ['early returns', updating('t()', 'if (t() > 0.0) { return Cell(); }'.repeat(1_500))],
    [
      'branches that double',
      updating('t()', 'if (t() > 1.0) { if (t() > 2.0) { return Cell(); } }'.repeat(40)),
    ],
    [
      'more operations than a device should take',
      updating('s', 'var s = t(); for (var i = 0; i < 9000; i++) { s = s * 0.5 + f32(i); }'),
    ],
    ['members', updating(`t()${'.u'.repeat(30_000)}`)],
  ])('%s', (_, model) => {
    expect(refusal(model).reason).not.toBe('');
  });
});

test('the model in the docs is one', () => {
  const page = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
  const wgsl = /```wgsl\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const psi: Field = { name: 'psi', kind: 'wave', title: 'ψ', unit: () => '1' };
  const model = { ...modelOf(wgsl, [psi]), constants: ['courant2', 'mass2'] };
  expect(compileModel(model).programs[2]).not.toBeInstanceOf(ModelError);
});

describe('what a model needs of a grid', () => {
  const coupled = (wgsl: string) => {
    const three: Field[] = [...fields, { name: 's', kind: 'tracker', title: 's', unit: () => '1' }];
    return compileModel(modelOf(`struct Cell { u: f32, t: f32, s: f32 } ${wgsl}`, three)).coupledTrackers;
  };

  test('trackers that only watch need no halo', () => {
    expect(coupled('fn update() -> Cell { return Cell(u(1, 0, 0), u(0, 0, 0), t() + s()); }')).toEqual(
      new Set(),
    );
    expect(compileModel(wave).coupledTrackers).toEqual(new Set());
  });

  test('trackers that a wave depends on do, and those behind them', () => {
    expect(coupled('fn update() -> Cell { return Cell(u(1, 0, 0) * t(), s(), s()); }')).toEqual(
      new Set(['t', 's']),
    );
    expect(coupled('fn update() -> Cell { return Cell(s(), t(), s()); }')).toEqual(new Set(['s']));
    expect(
      coupled('fn update() -> Cell { var next = Cell(); if (t() > 1.0) { next.u = 1.0; } return next; }'),
    ).toEqual(new Set(['t']));
  });

  test('a model that reads along z runs in 3-D only, and says so in 2-D', () => {
    const model = compileModel(updating('u(0, 0, 1)'));
    expect(() => programFor(model, 2)).toThrow('line 5, column 21: a 2-D grid has no neighbours along z');
    expect(programFor(model, 3).results).toHaveLength(2);
  });

  test('the wave equation adds its neighbours in the order x, y, z', () => {
    for (const dimensions of [2, 3] as const) {
      const reads = programFor(compileModel(wave), dimensions).nodes.flatMap((node) =>
        node.kind === 'read' && node.field === 'psi' && node.level === 'now' ? [node.offset.join()] : [],
      );
      const neighbours = ['-1,0,0', '1,0,0', '0,-1,0', '0,1,0', '0,0,-1', '0,0,1'].slice(0, 2 * dimensions);
      expect(reads.filter((offset) => offset !== '0,0,0')).toEqual(neighbours);
    }
  });
});

describe('a medium', () => {
  const medium = { name: 'm', title: 'm', unit: () => '1', scale: () => 1 };
  const inMedium = (expression: string): Model => ({ ...updating(expression), media: [medium] });

  test('is read at the cell itself', () => {
    const program = programFor(compileModel(inMedium('m() * u(1, 0, 0)')), 3);
    const world = { constants: {}, time: 0, read: () => 3, medium: (name: string) => (name === 'm' ? 5 : 0) };
    expect(interpret(program, world)[0]).toBe(15);
  });

  test.each([
    ['m(1, 0, 0)', /m is read at the cell itself: 0 arguments, not 3/],
    ['m', /m is a medium: read it as m\(\)/],
    ['m_before()', /m_before is not declared/],
  ])('is refused as %s', (expression, reason) => {
    expect(refusal(inMedium(expression)).reason).toMatch(reason);
  });

  test('has a name that no field and no function has', () => {
    expect(refusal({ ...updating('1.0'), media: [{ ...medium, name: 'u' }] }).reason).toMatch(
      /cannot be read as u/,
    );
    expect(
      refusal({ ...updating('1.0', '', 'fn m() -> f32 { return 1.0; }'), media: [medium] }).reason,
    ).toMatch(/m already has a meaning here/);
  });
});
