import { describe, expect, test } from 'vitest';
import { compileModel } from '../compiler/compile.js';
import type { Model } from '../model.js';
import { wave } from '../models/wave.js';
import { cellOf } from './cell.js';
import { type Operation, operandsOf } from './operations.js';
import { settled } from './settled.js';
import { type Block, Strip } from './strip.js';

const fields: Model['fields'] = [{ name: 'u', kind: 'wave', title: 'u', unit: () => '1' }];

function stripOf(update: string, rows: number): Strip {
  const wgsl = `struct Cell { u: f32 }\n${update}`;
  const { programs } = compileModel({ ...wave, fields, constants: [], wgsl });
  return new Strip(cellOf(settled(programs[3], { constants: {}, media: {} })), rows, [0, 0, 1]);
}

/** How many operations of a kind a block does. */
function count({ operations, vectors, carried }: Block, kind: Operation['kind']): number {
  const needed = new Set<number>();
  const pending = [...vectors.flatMap(({ results }) => results), ...carried];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    needed.add(index);
    pending.push(...operandsOf(operations[index] as Operation));
  }
  return [...needed].filter((index) => operations[index]?.kind === kind).length;
}

const sevenPoint = `fn update() -> Cell {
  return Cell(u(-1, 0, 0) + u(1, 0, 0) + u(0, -1, 0) + u(0, 1, 0) + u(0, 0, -1) + u(0, 0, 1) - 6.0 * u(0, 0, 0) - u_before());
}`;

/** The 19-point Laplacian, its edges taken with the neighbours along x. */
const factorised = `
  fn ring(dx: i32) -> f32 { return (u(dx, -1, 0) + u(dx, 1, 0)) + (u(dx, 0, -1) + u(dx, 0, 1)); }
  fn corners() -> f32 { return (u(0, -1, -1) + u(0, 1, -1)) + (u(0, -1, 1) + u(0, 1, 1)); }
  fn g(dx: i32) -> f32 { return 2.0 * u(dx, 0, 0) + ring(dx); }
  fn update() -> Cell { return Cell(g(-1) + g(1) + (2.0 * ring(0) + corners()) - 24.0 * u(0, 0, 0) - u_before()); }`;

describe('a strip', () => {
  test('of two rows loads once what both read: 8 of the 7-point stencil’s 9 for the second, less 2', () => {
    expect(count(stripOf(sevenPoint, 1).block(1), 'load')).toBe(8);
    expect(count(stripOf(sevenPoint, 2).block(1), 'load')).toBe(2 * 8 - 2);
  });

  test('computes once a vector what a cell needs at several places along x, and carries it along', () => {
    const strip = stripOf(factorised, 1);
    const block = strip.block(1);
    // The ring of 4 and the centre, one vector ahead; the corners, the centre and the level before, here.
    expect(count(block, 'load')).toBe(4 + 1 + 4 + 1 + 1);
    expect(count(block, 'shift')).toBe(2);
    // g here and one vector behind, and the ring here.
    expect(strip.slots).toBe(3);
  });

  test('carries nothing along where no cell needs the same value at several places', () => {
    const strip = stripOf(sevenPoint, 2);
    expect(strip.slots).toBe(0);
    expect(count(strip.block(2), 'shift')).toBe(0);
  });
});
