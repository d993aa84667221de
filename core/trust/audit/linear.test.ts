import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../shaders/compiler/compile.js';
import { mediumModel } from '../../../shaders/models/medium/medium.js';
import { wave } from '../../../shaders/models/wave.js';
import { fieldsOf, modelOf } from '../../../shaders/wasm/models.suite.js';
import { linearityOf } from './linear.js';

const updateTo = (value: string) =>
  linearityOf(
    compileModel({
      ...modelOf(
        fieldsOf({ u: 'wave', v: 'wave', seen: 'tracker' }),
        1,
        ['k'],
        `struct Cell { u: f32, v: f32, seen: f32 }
         fn update() -> Cell { return Cell(${value}, v(0, 0, 0), max(seen(), abs(u(0, 0, 0)))); }`,
      ),
      media: [{ name: 'm', title: 'm', unit: () => '1', scale: () => 1 }],
    }),
    3,
  );

describe('what can be audited by reciprocity', () => {
  it.each([2, 3] as const)('are the built-in waves in %d-D, whatever watches them', (dimensions) => {
    expect(linearityOf(compileModel(wave), dimensions).kind).toBe('linear');
    for (const order of [2, 4, 8] as const) {
      const model = mediumModel({ order, trackers: ['rms2', 'freq', 'peak'], absorbing: true, damped: true });
      expect(linearityOf(compileModel(model), dimensions).kind).toBe('linear');
    }
  });

  it.each([
    ['a sum of waves', 'u(1, 0, 0) - u(-1, 0, 0) + 3.0 * v(0, 0, 1)'],
    ['a quotient by a medium', '-u(0, 1, 0) / (1.0 + m())'],
    ['a choice by a medium', 'select(u(0, 0, 0), 2.0 * v_before(), sqrt(m()) > param.k)'],
    ['nothing', '0.0'],
    ['a choice between a wave and nothing', 'select(0.0, u_before(), m() > 1.0)'],
  ])('is %s', (_, value) => {
    expect(updateTo(value).kind).toBe('linear');
  });

  it.each([
    ['u(0, 0, 0) * v(0, 0, 0)', 'u multiplies waves'],
    ['m() / u(0, 0, 0)', 'u divides by a wave'],
    ['abs(u(0, 0, 0))', 'u takes abs of a wave'],
    ['max(u(0, 0, 0), 0.0)', 'u takes max of a wave'],
    ['u(0, 0, 0) + 1.0', 'u has something added to it that is no wave'],
    ['m()', 'u is set to what is no sum of waves'],
    ['u(0, 0, 0) + step.time', 'u depends on the time'],
    ['u(0, 0, 0) + seen()', 'u depends on the tracker seen'],
    ['select(u(0, 0, 0), 0.0, u(0, 0, 0) > 1.0)', 'u takes greater of a wave'],
  ])('is not %s', (value, reason) => {
    expect(updateTo(value)).toEqual({ kind: 'not linear', reason: expect.stringContaining(reason.slice(2)) });
  });

  it('has a term for each place that a wave is read at, and for each wave that reads it', () => {
    const linearity = updateTo('u(1, 0, 0) + u_before() + (v(0, 0, 0) - v(0, 0, 0)) + u(1, 0, 0)');
    if (linearity.kind !== 'linear') throw new TypeError(linearity.reason);
    const terms = linearity.update.terms.map(
      ({ of, read: { field, level, offset } }) => `${of} ${field} ${level} ${offset}`,
    );
    expect(terms.sort()).toEqual(['u u before 0,0,0', 'u u now 1,0,0', 'u v now 0,0,0', 'v v now 0,0,0']);
  });
});
