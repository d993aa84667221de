import { describe, expect, it } from 'vitest';
import type { ContributorStatus } from '../../core/peer/contributor.js';
import { secondComputerWords } from './second-computer.js';

const computing = {
  shard: 1,
  plan: { shards: [{ peer: 'aaaa' }, { peer: 'bbbb' }], shadows: [{ peer: 'cccc', shard: 1 }] },
} as unknown as Extract<ContributorStatus, { kind: 'computing' }>;

const roster = new Map([['bbbb', { name: 'Lab server' }]]);

describe('a device that computes a piece a second time', () => {
  it('says so to its visitor, with whom, and what that is for', () => {
    const words = secondComputerWords({ ...computing, self: 'cccc' }, roster);
    expect(words?.heading).toContain('a second time');
    expect(words?.why).toMatch(/second computer.*“Lab server” computes it too.*compared.*takes its place/);
  });

  it('does so where the other one has no name either', () => {
    expect(secondComputerWords({ ...computing, self: 'cccc' }, new Map())?.why).toContain('another device');
  });

  it('says nothing of it to whom the piece belongs', () => {
    expect(secondComputerWords({ ...computing, self: 'bbbb' }, roster)).toBeUndefined();
  });
});
