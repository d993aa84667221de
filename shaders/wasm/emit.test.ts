import { describe, expect, test } from 'vitest';
import { compileModel } from '../compiler/compile.js';
import { MAX_OPERATIONS } from '../compiler/limits.js';
import type { ShardSpec } from '../engine.js';
import type { Model } from '../model.js';
import { wave } from '../models/wave.js';
import { emitModule } from './emit.js';
import { layOut } from './layout.js';

const KIB = 1024;

function moduleBytes(wgsl: string): number {
  const model: Model = {
    ...wave,
    fields: [{ name: 'u', kind: 'wave', title: 'u', unit: () => '1' }],
    media: [{ name: 'k', title: 'k', unit: () => '1', scale: () => 1 }],
    constants: [],
    wgsl,
  };
  const spec: ShardSpec = {
    model: compileModel(model),
    components: 1,
    dimensions: 3,
    frame: { lo: [0, 0, 0], hi: [258, 258, 258] },
    constants: {},
    media: { k: 'cells' },
    probes: [],
  };
  const program = spec.model.programs[3];
  const { constants, media = {} } = spec;
  return emitModule({ program, model, layout: layOut(spec), constants, media, pages: 4096, shared: false })
    .length;
}

describe('a module', () => {
  test('for the 7-point wave in a medium takes at most 4 KiB', () => {
    const bytes = moduleBytes(`
      struct Cell { u: f32 }
      fn laplacian() -> f32 {
        return u(-1, 0, 0) + u(1, 0, 0) + u(0, -1, 0) + u(0, 1, 0) + u(0, 0, -1) + u(0, 0, 1) - 6.0 * u(0, 0, 0);
      }
      fn update() -> Cell { return Cell(2.0 * u(0, 0, 0) - u_before() + k() * laplacian()); }`);
    expect(bytes).toBeLessThanOrEqual(4 * KIB);
  });

  test('grows with the operations of a model no faster than they do, up to the most that one may have', () => {
    const chain = (operations: number) =>
      moduleBytes(`
        struct Cell { u: f32 }
        fn update() -> Cell {
          var sum = u_before();
          for (var i = 0; i < ${Math.floor(operations / 2) - 4}; i++) { sum = sum * k() + u(0, 0, 0); }
          return Cell(sum);
        }`);
    expect(chain(MAX_OPERATIONS)).toBeLessThan((MAX_OPERATIONS / 1024) * chain(1024));
  });
});
