import { expect, test } from 'vitest';
import { checkJob } from '../job/check.js';
import type { Link } from '../links/link.js';
import { Looking } from './looking.js';
import type { LookMessage } from './messages.js';

test('the first frames are asked for no oftener than wanted, where the room knows how long a step takes', async () => {
  const looks: LookMessage[] = [];
  const link = { send: async (look: LookMessage) => void looks.push(look) } as unknown as Link;
  const looking = new Looking({
    links: { to: async () => link },
    now: () => 0,
    onFrame: () => {},
  });
  const job = checkJob({
    name: 'seen',
    model: 'wave',
    grid: { shape: [16, 16, 16], spacing: 1, brick: 16 },
    time: { steps: 10, courant: 0.5 },
    parameters: { speed: 1 },
  });
  const sought = {
    view: { state: 'psi', axis: 'all', stride: 1, rate: 5 },
    job,
    exchangeEvery: 4,
    epoch: 32,
    sources: ['p'],
  } as const;
  looking.seek({ ...sought, stepSeconds: 1e-4 });
  looking.seek({ ...sought, stepSeconds: 1 });
  looking.seek(sought);
  await expect.poll(() => looks.map(({ every }) => every)).toEqual([2000, 32, 32]);
});
