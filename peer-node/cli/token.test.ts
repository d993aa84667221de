import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenFor } from './token.js';

describe('the token of a call', () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'groundswell-token-'));
    await writeFile(join(data, 'token'), 'from-the-folder\n');
  });
  afterAll(() => rm(data, { recursive: true }));

  it('is the one that was given', async () => {
    expect(await tokenFor(new URL('http://localhost:8470'), { token: 'given', data })).toBe('given');
  });

  it('is refused where it cannot be one', async () => {
    const url = new URL('http://localhost:8470');
    await expect(tokenFor(url, { token: 'two\nlines', data })).rejects.toThrow(/no token/);
    await expect(tokenFor(url, { token: 'tokén→', data })).rejects.toThrow(/no token/);
  });

  it('is that of the folder where an empty one is given, as an unset variable does', async () => {
    expect(await tokenFor(new URL('http://localhost:8470'), { token: '', data })).toBe('from-the-folder');
  });

  it("is that of the coordinator's folder, on this machine", async () => {
    expect(await tokenFor(new URL('http://localhost:8470'), { data })).toBe('from-the-folder');
    expect(await tokenFor(new URL('http://[::1]:8470'), { data })).toBe('from-the-folder');
  });

  it('never leaves this machine unasked', async () => {
    expect(await tokenFor(new URL('http://localhost.example.org:8470'), { data })).toBeUndefined();
    expect(await tokenFor(new URL('http://192.0.2.7:8470'), { data })).toBeUndefined();
  });

  it('is absent where there is no folder', async () => {
    expect(await tokenFor(new URL('http://localhost:8470'), { data: join(data, 'nowhere') })).toBeUndefined();
  });
});
