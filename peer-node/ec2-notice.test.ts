import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ec2Notice } from './ec2-notice.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The instance metadata service: tokens are good for one question each; `announces` says what there is at the nth. */
async function metadata(announces: (path: string, question: number) => boolean) {
  let tokens = 0;
  let questions = 0;
  const server = createServer(({ method, url = '', headers }, response) => {
    if (method === 'PUT' && url === '/latest/api/token' && headers['x-aws-ec2-metadata-token-ttl-seconds']) {
      return response.end(`token-${++tokens}`);
    }
    if (headers['x-aws-ec2-metadata-token'] !== `token-${tokens}`) {
      response.statusCode = 401;
      return response.end();
    }
    response.statusCode = announces(url, ++questions) ? 200 : 404;
    if (questions % 3 === 0) tokens += 1;
    return response.end('{}');
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;

test('an interruption is heard of when it is announced, though tokens end', async () => {
  const address = await metadata(
    (path, question) => question > 8 && path === '/latest/meta-data/spot/instance-action',
  );
  expect(await ec2Notice(never, { address, pollMs: 1 })).toBe('EC2 takes this instance back soon');
});

test('so is advice to leave', async () => {
  const address = await metadata((path) => path === '/latest/meta-data/events/recommendations/rebalance');
  expect(await ec2Notice(never, { address, pollMs: 1 })).toMatch(/expects/);
});

test('where nobody answers nothing is announced, and asking ends with its owner', async () => {
  const address = await metadata(() => false);
  servers.splice(0).map((server) => server.close());
  const asking = new AbortController();
  const notice = ec2Notice(asking.signal, { address, pollMs: 1 });
  setTimeout(() => asking.abort(), 50);
  expect(await notice).toBeUndefined();
});
