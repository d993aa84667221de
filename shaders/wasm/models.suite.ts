import fc from 'fast-check';
import type { Field, Model } from '../model.js';
import { wave } from '../models/wave.js';

/** The WGSL of a model with random expressions over everything that the subset offers. */
export function arbitraryUpdate(
  fields: readonly Field[],
  media: readonly string[],
  constants: readonly string[],
  radius: number,
): fc.Arbitrary<string> {
  const distance = fc.integer({ min: -radius, max: radius });
  const reads = fields.map(({ name, kind }): fc.Arbitrary<string> => {
    if (kind === 'tracker') return fc.constant(`${name}()`);
    const neighbour = fc
      .tuple(distance, distance, distance)
      .map(([dx, dy, dz]) => `${name}(${dx}, ${dy}, select(0, ${dz}, DIMENSIONS == 3u))`);
    return fc.oneof(neighbour, fc.constant(`${name}_before()`));
  });
  const number = fc
    .float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 })
    .map((value) => `known(${value})`);

  const { f32, truth } = fc.letrec<{ f32: string; truth: string }>((tie) => {
    const value = tie('f32') as fc.Arbitrary<string>;
    const condition = tie('truth') as fc.Arbitrary<string>;
    const two = fc.tuple(value, value);
    return {
      f32: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'model' },
        fc.oneof(
          ...reads,
          ...media.map((name) => fc.constant(`${name}()`)),
          number,
          fc.constant('step.time'),
          ...constants.map((name) => fc.constant(`param.${name}`)),
        ),
        fc
          .tuple(two, fc.constantFrom('+', '-', '*', '/'))
          .map(([[a, b], operator]) => `(${a} ${operator} ${b})`),
        fc.tuple(two, fc.constantFrom('min', 'max')).map(([[a, b], name]) => `${name}(${a}, ${b})`),
        fc
          .tuple(
            value,
            fc.constantFrom('abs', 'sqrt', 'floor', 'ceil', 'trunc', 'round', 'sign', '-', 'f32', 'helper'),
          )
          .map(([a, name]) => `${name}(${a})`),
        fc
          .tuple(value, value, value, fc.constantFrom('clamp', 'mix'))
          .map(([a, b, c, name]) => `${name}(${a}, ${b}, ${c})`),
        fc.tuple(value, value, condition).map(([a, b, c]) => `select(${a}, ${b}, ${c})`),
        condition.map((a) => `f32(${a})`),
      ),
      truth: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'model' },
        fc
          .tuple(two, fc.constantFrom('<', '<=', '>', '>=', '==', '!='))
          .map(([[a, b], operator]) => `(${a} ${operator} ${b})`),
        fc
          .tuple(condition, condition, fc.constantFrom('&&', '||', '==', '!='))
          .map(([a, b, operator]) => `(${a} ${operator} ${b})`),
        condition.map((a) => `!${a}`),
        value.map((a) => `bool(${a})`),
        fc.constantFrom('true', 'false'),
      ),
    };
  });

  return fc.tuple(truth, fc.array(f32, { minLength: 2 * fields.length, maxLength: 2 * fields.length })).map(
    ([condition, values]) => `
      struct Cell { ${fields.map(({ name }) => `${name}: f32`).join(', ')} }
      fn known(x: f32) -> f32 { return x; }
      fn helper(x: f32) -> f32 {
        if (x < 0.0) { return x * 0.5; }
        return x - 1.0;
      }
      fn update() -> Cell {
        var next: Cell;
        ${fields.map(({ name }, index) => `next.${name} = ${values[index]};`).join('\n')}
        if (${condition}) {
          ${fields.map(({ name }, index) => `next.${name} += ${values[fields.length + index]};`).join('\n')}
        }
        return next;
      }`,
  );
}

export const modelOf = (
  fields: readonly Field[],
  radius: number,
  constants: readonly string[],
  wgsl: string,
): Model => ({
  ...wave,
  name: 'test',
  fields,
  radius,
  constants,
  wgsl,
});
export const fieldsOf = (kinds: Readonly<Record<string, Field['kind']>>): Field[] =>
  Object.entries(kinds).map(([name, kind]) => ({ name, kind, title: name, unit: () => '1' }));

/**
 * The WGSL of a model of one wave field `u` and one medium `m` whose cells need the same values at several places
 * along x, and values that are made of some of them.
 */
export function arbitraryTranslates(radius: number): fc.Arbitrary<string> {
  const sideways = fc.integer({ min: -radius, max: radius });
  const operator = fc.constantFrom('+', '-', '*', '/');
  const term = fc
    .tuple(fc.nat(1), sideways, sideways, operator)
    .map(([dx, dy, dz, sign]) => ` ${sign} u(dx + ${dx}, ${dy}, select(0, ${dz}, DIMENSIONS == 3u))`);
  const terms = fc.array(term, { minLength: 2, maxLength: 5 }).map((all) => all.join(''));
  const place = fc.integer({ min: -radius, max: radius - 1 });
  const call = fc
    .tuple(operator, fc.constantFrom('inner', 'outer'), place)
    .map(([sign, name, dx]) => ` ${sign} ${name}(${dx})`);
  const calls = fc.array(call, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
  return fc.tuple(terms, terms, calls).map(
    ([inner, outer, sum]) => `
      struct Cell { u: f32 }
      fn inner(dx: i32) -> f32 { return u(dx, 0, 0)${inner}; }
      fn outer(dx: i32) -> f32 { return inner(dx) * 0.5${outer}; }
      fn update() -> Cell { return Cell(m() * u_before()${sum}); }`,
  );
}
