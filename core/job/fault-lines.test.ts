import { expect, test } from 'vitest';
import { lineOfField } from './fault-lines.js';

const text = `name: drop
model: wave
grid:
  shape:
    - 8
    - 0
  spacing: -1
initial:
  psi.L: { formula: gaussian }
`;

test.each([
  ['model', 2],
  ['grid.shape[1]', 6],
  ['grid.spacing', 7],
  ['initial.psi.L.formula', 9],
])('%s stands on line %i', (field, line) => {
  expect(lineOfField(text, field)).toBe(line);
});

test('a field that is missing belongs where its siblings are', () => {
  expect(lineOfField(text, 'grid.brick')).toBe(4);
});

test('what names no field, and what is no YAML, have no line', () => {
  expect(lineOfField(text, 'job')).toBeUndefined();
  expect(lineOfField(text, 'time.steps')).toBeUndefined();
  expect(lineOfField('{', 'grid')).toBeUndefined();
});
