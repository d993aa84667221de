import { expect, test } from 'vitest';
import { PlanEndedError, StoreError, StoreUnavailableError } from '../errors.js';
import type { Said } from '../protocol/session.js';
import { Uploader } from './uploader.js';

const objects = { get: async () => undefined, put: async () => {} };

test('an upload whose plan ends while it is encoded asks for nothing, and ends', async () => {
  const said: Said[] = [];
  const uploader = new Uploader({ objects, send: (message) => said.push(message), pause: async () => {} });
  const encode = async () => {
    uploader.drop(1);
    return new Uint8Array(1);
  };
  await expect(uploader.upload(1, [{ key: 'a', encode }])).rejects.toThrow(PlanEndedError);
  expect(said).toEqual([]);
});

test('an upload that waits for addresses ends with its plan, and those of other plans go on', async () => {
  const said: Said[] = [];
  const uploader = new Uploader({ objects, send: (message) => said.push(message), pause: async () => {} });
  const uploads = [{ key: 'a', encode: async () => new Uint8Array(1) }];
  const first = uploader.upload(1, uploads);
  const second = uploader.upload(2, uploads);
  const asked = new Promise<void>((resolve) => {
    const look = () => (said.length === 2 ? resolve() : setTimeout(look, 1));
    look();
  });
  await asked;
  uploader.drop(1);
  await expect(first).rejects.toThrow(PlanEndedError);
  for (const message of said) {
    if (message.type === 'upload' && message.plan === 2)
      uploader.answered({ type: 'addresses', request: message.request, objects: [{ key: 'a', url: '/a' }] });
  }
  await second;
});

test('where a plan ends while its bricks are on their way, those that still wait stay here', async () => {
  const gone: string[] = [];
  const uploader: Uploader = new Uploader({
    objects: {
      get: async () => undefined,
      put: async (url) => {
        gone.push(url);
        uploader.drop(1);
      },
    },
    send: (message) => {
      if (message.type !== 'upload') return;
      const { request, objects: wanted } = message;
      const addressed = wanted.map(({ key }) => ({ key, url: `/${key}` }));
      queueMicrotask(() => uploader.answered({ type: 'addresses', request, objects: addressed }));
    },
    pause: async () => {},
  });
  const uploads = Array.from({ length: 32 }, (_, i) => ({
    key: String(i),
    encode: async () => new Uint8Array(1),
  }));
  await expect(uploader.upload(1, uploads)).rejects.toThrow(PlanEndedError);
  expect(gone).toEqual(['/0']);
});

test('an upload that fails for now is tried again at a fresh address, one that is refused is not', async () => {
  const tried: string[] = [];
  let asked = 0;
  const uploader: Uploader = new Uploader({
    objects: {
      get: async () => undefined,
      put: async (url) => {
        tried.push(url);
        if (tried.length < 3) throw new StoreUnavailableError('403: expired');
        if (tried.length > 3) throw new StoreError('400: no');
      },
    },
    send: (message) => {
      if (message.type !== 'upload') return;
      const url = `/a?signed=${asked++}`;
      queueMicrotask(() =>
        uploader.answered({ type: 'addresses', request: message.request, objects: [{ key: 'a', url }] }),
      );
    },
    pause: async () => {},
  });
  const uploads = [{ key: 'a', encode: async () => new Uint8Array(1) }];
  await uploader.upload(1, uploads);
  expect(tried).toEqual(['/a?signed=0', '/a?signed=1', '/a?signed=2']);
  await expect(uploader.upload(1, uploads)).rejects.toThrow(/^a can't be stored: .*400/);
  expect(tried).toHaveLength(4);
});
