import { beforeAll, expect, test } from 'vitest';
import { checkWholeSweep } from '../../core/job/whole-sweep.js';
import { outputChunkKey, probeChunkKey } from '../../core/protocol/keys.js';
import { memberId } from '../../core/protocol/member-id.js';
import { MemberUploads } from './member-uploads.js';

let uploads: MemberUploads;
beforeAll(async () => {
  const file = {
    name: 'drop',
    model: 'wave',
    grid: { shape: [16, 16], spacing: 1, brick: 8 },
    time: { steps: 10 },
    parameters: { speed: 1 },
    probes: { ear: { at: { y: 4, x: 4 }, fields: ['psi'] } },
    outputs: { film: { fields: ['psi'], every: 5 } },
    sweep: {
      speed: { field: 'parameters.speed', values: [1, 2] },
      width: { field: 'time.steps', values: [5, 10, 20] },
    },
  };
  uploads = new MemberUploads('drop-1', await checkWholeSweep(file));
});

const member = (...places: number[]) => memberId('drop-1', places);

test('a chunk of an output or a probe is its member’s', () => {
  expect(uploads.memberOf(outputChunkKey(member(1, 2), 'film', 'psi', 3, [1, 0]))).toBe(5);
  expect(uploads.memberOf(probeChunkKey(member(0, 1), 'ear', 'psi', 0))).toBe(1);
});

test.each([
  ['a snapshot that the member does not have', outputChunkKey(member(0, 0), 'film', 'psi', 1, [0, 0])],
  ['a chunk beyond the grid', outputChunkKey(member(0, 0), 'film', 'psi', 0, [2, 0])],
  ['a place beyond an axis', outputChunkKey(member(2, 0), 'film', 'psi', 0, [0, 0])],
  ['a number below 0', outputChunkKey(member(0, 0), 'film', 'psi', -1, [0, 0])],
  ['a chunk with more numbers', outputChunkKey(member(0, 0), 'film', 'psi', 0, [0, 0, 0])],
  ['a state that is not stored', outputChunkKey(member(0, 0), 'film', 'rms2', 0, [0, 0])],
  ['another output', outputChunkKey(member(0, 0), 'end', 'psi', 0, [0, 0])],
  ['a second chunk of a short series', probeChunkKey(member(0, 0), 'ear', 'psi', 1)],
  ['metadata', 'jobs/drop-1/result.zarr/film/psi/zarr.json'],
  ['another sweep', outputChunkKey(memberId('drop-2', [0, 0]), 'film', 'psi', 0, [0, 0])],
  ['what is done', 'jobs/drop-1/done/000000000001'],
])('%s is nobody’s', (_, key) => {
  expect(uploads.memberOf(key)).toBeUndefined();
});
