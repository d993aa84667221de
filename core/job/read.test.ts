import { expect, it } from 'vitest';
import { JobError } from '../errors.js';
import { parseJobText } from './read.js';

it('reads YAML, with comments, and JSON alike', () => {
  const yaml = '# a comment\nname: small\ngrid: {shape: [4, 5]}\n';
  const json = '{"name": "small", "grid": {"shape": [4, 5]}}';
  expect(parseJobText(yaml, 'a.yaml')).toEqual(parseJobText(json, 'a.json'));
});

it('names the line and column of what is no YAML', () => {
  expect(() => parseJobText('name: small\ngrid: [1, 2\n', 'a.yaml')).toThrow(/^a\.yaml, line 3, column 1: /);
});

it('refuses a field that is given twice, which would hide the first', () => {
  const text = 'outputs:\n  a: {fields: [psi]}\n  a: {fields: [rms2]}\n';
  expect(() => parseJobText(text, 'a.yaml')).toThrow(/^a\.yaml, line 3, column 3: Map keys must be unique/);
  expect(() => parseJobText('{"name": "a", "name": "b"}', 'a.json')).toThrow(JobError);
});

it('refuses aliases that unfold without end', () => {
  const level = (n: number) =>
    `a${n}: &a${n} [${Array(10)
      .fill(`*a${n - 1}`)
      .join(', ')}]`;
  const bomb = ['a0: &a0 [x]', ...[1, 2, 3, 4, 5].map(level)].join('\n');
  expect(() => parseJobText(bomb, 'a.yaml')).toThrow(JobError);
});

it('refuses a text longer than a job may be', () => {
  expect(() => parseJobText(`title: ${'x'.repeat(200_000)}`, 'a.yaml')).toThrow(/more than the 131072/);
});
