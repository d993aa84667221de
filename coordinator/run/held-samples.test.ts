import { expect, test } from 'vitest';
import { HeldSamples } from './held-samples.js';

/** Of one probe, one value a step. */
const samples = (first: number, last: number) => [
  { probe: 0, first, values: Array.from({ length: last - first + 1 }, () => [0]) },
];

test('a shadow’s samples are held until the shard’s peer has told of the same steps', () => {
  const held = new HeldSamples();
  // Too many for one message.
  for (const [first, last] of [
    [1, 6],
    [7, 8],
    [9, 16],
  ] as const)
    held.hold('cora', samples(first, last), { answering: 0, until: 24 });
  held.hold('cora', samples(17, 24), { answering: 8, until: 24 });
  expect(held.release('cora')).toEqual([samples(9, 16), samples(17, 24)]);
  expect(held.release('cora')).toEqual([]);
});

test('what a shadow says of steps that nobody may reach, or again, or too late, is not kept', () => {
  const held = new HeldSamples();
  const useful = { answering: 8, until: 24 };
  const said = [
    samples(9, 16),
    samples(9, 16),
    samples(16, 20),
    samples(17, 25),
    samples(1, 8),
    samples(1e9, 1e9),
  ];
  for (const probes of said) held.hold('cora', probes, useful);
  expect(held.release('cora')).toEqual([samples(9, 16)]);
});
