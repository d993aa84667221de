import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileModel } from '../compiler/compile.js';
import { interpret, type World } from '../compiler/interpret.js';
import type { Model } from '../model.js';
import { wave } from '../models/wave.js';
import { arbitraryUpdate } from './models.suite.js';
import { settled } from './settled.js';

const fields: Model['fields'] = [
  { name: 'u', kind: 'wave', title: 'u', unit: () => '1' },
  { name: 't', kind: 'tracker', title: 't', unit: () => '1' },
];
const media = ['m', 'n'].map((name) => ({ name, title: name, unit: () => '1', scale: () => 1 }));

describe('a settled program', () => {
  test('gives the same bits as the one it comes from', () => {
    const number = fc.constantFrom(0, -0, 1, -1, 0.5, 0.1, 3e38, 1e-45);
    const known = fc.record({ k: number, q: number, n: number });
    const cells = fc.array(number, { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(
        arbitraryUpdate(fields, ['m', 'n'], ['k', 'q'], 1),
        known,
        cells,
        (wgsl, { k, q, n }, values) => {
          const compiled = compileModel({ ...wave, fields, media, constants: ['k', 'q'], wgsl });
          const program = compiled.programs[3];
          const constants = { k, q };
          const world: World = {
            constants,
            time: 0.25,
            medium: (name) => (name === 'n' ? n : 0.75),
            read: ({ offset: [dx, dy, dz] }) => Math.fround(values[(dx + 2 * dy + 4 * dz + 7) % 7] as number),
          };
          const short = settled(program, { constants, media: { m: 'cells', n } });
          expect(interpret(short, world)).toEqual(interpret(program, world));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('has no operation left on what is known', () => {
    const wgsl = `struct Cell { u: f32, t: f32 }
      fn update() -> Cell { return Cell((1.0 - n()) * u(0, 0, 0) * (1.0 / (1.0 + n())), param.k * param.k); }`;
    const compiled = compileModel({ ...wave, fields, media, constants: ['k'], wgsl });
    const { nodes, results } = settled(compiled.programs[3], { constants: { k: 3 }, media: { n: 0 } });
    expect(results.map((result) => nodes[result])).toEqual([
      { kind: 'read', field: 'u', level: 'now', offset: [0, 0, 0] },
      { kind: 'literal', value: 9 },
    ]);
  });
});
