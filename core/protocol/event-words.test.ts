import { expect, test } from 'vitest';
import { eventInWords } from './event-words.js';

test.each([
  ['state', { state: 'failed', reason: 'it diverged' }, 'failed: it diverged'],
  ['state', { state: 'done' }, 'done'],
  ['state', { state: 'stopped', reason: 'stopped on request' }, 'stopped on request'],
  ['state', { state: 'waiting', reason: 'waits for peers' }, 'waits for peers'],
  [
    'plan',
    { plan: 2, from: 1234567, shards: 3, exchangeEvery: 1 },
    'plan 2 from step 1234567: 3 shards, an exchange every 1 step',
  ],
  [
    'plan-waits',
    { plan: 3, seconds: 10, peers: 2, megabytes: 10.48576, for: [] },
    'plan 3 has not begun after 10 s: 2 peers to be given 10.49 MB, []',
  ],
  ['back', { reason: 'two is gone', to: 40 }, 'goes back to step 40: two is gone'],
  ['back', { peer: 'abcd', members: 2 }, '2 members of a peer that is gone go to others'],
  ['joined', { name: 'two', kind: 'node', engine: 'wasm' }, 'two joined (node, wasm)'],
  [
    'found-out',
    { peer: 'abcd', name: 'two', why: 'other cells than its own' },
    'two computed wrongly, and is shut out: other cells than its own',
  ],
  [
    'checked',
    { peer: 'abcd', step: 40, verdict: 'holds', by: 'efgh' },
    'peer abcd is checked up to step 40 by peer efgh: holds',
  ],
  [
    'checked',
    { peer: 'abcd', step: 40, verdict: 'lied', by: 'coordinator' },
    'peer abcd is checked up to step 40: lied',
  ],
  ['verdict', { peer: 'abcd', error: 0.012345678 }, 'verdict, peer abcd, error 0.01235'],
  ['note', { text: 'one\nline' }, 'note, text one line'],
])('%s reads as people say it', (event, details, words) => {
  expect(eventInWords({ event, details })).toBe(words);
});
