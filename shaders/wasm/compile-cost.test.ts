import { expect, test } from 'vitest';
import { compileModel } from '../compiler/compile.js';
import { MAX_OPERATIONS } from '../compiler/limits.js';
import type { Model } from '../model.js';
import { wave } from '../models/wave.js';
import { emitModule } from './emit.js';
import { layOut } from './layout.js';
import { Operations } from './operations.js';

/** A module for a model of about so many operations, that needs many values at several places along x. */
function makeModule(operations: number): void {
  const model: Model = {
    ...wave,
    fields: [{ name: 'u', kind: 'wave', title: 'u', unit: () => '1' }],
    media: [{ name: 'k', title: 'k', unit: () => '1', scale: () => 1 }],
    constants: [],
    wgsl: `
      struct Cell { u: f32 }
      fn g(dx: i32, c: f32) -> f32 { return abs(u(dx, 0, 0) + c) * u(dx, 1, 0) + u(dx, 0, 1); }
      fn update() -> Cell {
        var sum = u_before();
        for (var i = 0; i < ${Math.floor(operations / 14)}; i++) {
          sum = sqrt(sum) + k() * (g(-1, f32(i)) + g(1, f32(i)));
        }
        return Cell(sum);
      }`,
  };
  const compiled = compileModel(model);
  const layout = layOut({
    model: compiled,
    components: 1,
    dimensions: 3,
    frame: { lo: [0, 0, 0], hi: [66, 66, 66] },
    constants: {},
    media: { k: 'cells' },
    probes: [],
  });
  const known = { constants: {}, media: { k: 'cells' } } as const;
  emitModule({ program: compiled.programs[3], model, layout, ...known, pages: 100, shared: false });
}

/** What a call costs: about the elements that it looks at or copies. */
type Cost = (call: {
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly result: unknown;
}) => number;

const length = (list: unknown) => (list as ArrayLike<unknown>).length;
const one: Cost = () => 1;
const given: Cost = ({ args }) => args.length;
const made: Cost = ({ result }) => length(result);
const copied: Cost = ({ args: [list] }) => length(list);
/** Loops and spreads. */
const goneThrough: Cost = ({ self }) => length(self);

const costs: readonly (readonly [owner: object, method: PropertyKey, cost: Cost])[] = [
  ...['get', 'set', 'has'].map((method) => [Map.prototype, method, one] as const),
  ...['add', 'has'].map((method) => [Set.prototype, method, one] as const),
  ...['map', 'flatMap', 'flat', 'concat', 'slice'].map((method) => [Array.prototype, method, made] as const),
  ...['find', 'findIndex'].map((method) => [Array.prototype, method, goneThrough] as const),
  [Array.prototype, 'push', given],
  [Array.prototype, Symbol.iterator, goneThrough],
  [Uint8Array.prototype, 'set', copied],
  [Operations.prototype, 'add', one],
];

/** Counts instead of timing: the same on any machine. */
function costOf(run: () => void): number {
  let total = 0;
  const restore = costs.map(([owner, method, cost]) => {
    const original = Reflect.get(owner, method);
    const own = Object.getOwnPropertyDescriptor(owner, method);
    Reflect.set(owner, method, function (this: unknown, ...args: unknown[]) {
      const result: unknown = Reflect.apply(original, this, args);
      total += cost({ self: this, args, result });
      return result;
    });
    return () => {
      if (own) Object.defineProperty(owner, method, own);
      else Reflect.deleteProperty(owner, method);
    };
  });
  try {
    run();
  } finally {
    for (const undo of restore) undo();
  }
  return total;
}

test('from WGSL to a module, the largest model takes no more for each operation than a small one', () => {
  const costPerOperation = (operations: number) => costOf(() => makeModule(operations)) / operations;
  const [small, large] = [costPerOperation(MAX_OPERATIONS / 8), costPerOperation(MAX_OPERATIONS - 64)];
  expect(large).toBeLessThan(1.1 * small);
  expect(large).toBeLessThan(230);
});
