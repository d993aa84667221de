import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from './exit.js';
import { isFree, nextFreePort } from './port.js';

describe('ports', () => {
  let taken: Server;
  let port: number;
  beforeAll(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    ({ port } = taken.address() as AddressInfo);
  });
  afterAll(() => taken.close());

  it('passes over a port that somebody listens on', async () => {
    expect(await isFree('127.0.0.1', port)).toBe(false);
    expect(await nextFreePort('127.0.0.1', port)).toBeGreaterThan(port);
  });

  it('says that an address is not one of this machine', async () => {
    await expect(isFree('192.0.2.1', port)).rejects.toThrow(UsageError);
  });
});
