import { expect, it, vi } from 'vitest';
import { createWasmEngine } from '../../../shaders/wasm/engine.js';
import { LinkError } from '../../errors.js';
import { Links } from '../../links/links.js';
import type { RoomJob } from '../../protocol/document.js';
import type { Said } from '../../protocol/session.js';
import { Uploader } from '../uploader.js';
import { type SweepStatus, SweepWork } from './sweep-work.js';

const file = {
  name: 'pond',
  model: 'wave',
  grid: { shape: [20, 24], spacing: 0.5 },
  time: { steps: 60 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  outputs: { end: { fields: ['psi'] } },
  sweep: { speed: { field: 'parameters.speed', from: 1, to: 2, count: 6 } },
};
const room = { id: 'pond-1', file, state: 'running' } as unknown as RoomJob;

/** Alone, with a store that takes each object when the test says so. */
async function alone() {
  const takes: (() => void)[] = [];
  const sent: Said[] = [];
  const statuses: SweepStatus[] = [];
  const none = () => Promise.reject(new LinkError('there is nobody else'));
  const objects = {
    get: async () => undefined,
    put: () => new Promise<void>((resolve) => takes.push(resolve)),
    show: none,
    take: none,
  };
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const send = (message: Said) => {
    sent.push(message);
    if (message.type !== 'upload') return;
    const { request } = message;
    uploader.answered({
      type: 'addresses',
      request,
      objects: message.objects.map(({ key }) => ({ key, url: key })),
    });
  };
  const uploader = new Uploader({ objects, send, pause });
  const work = new SweepWork({
    ...{ self: 'anna', engine: await createWasmEngine(), pause, objects, uploader, send },
    links: new Links({
      self: 'anna',
      factory: { connect: none, close: async () => {} } as never,
      iceServers: () => [],
      send: () => {},
      onMessage: () => {},
      onLost: () => {},
    }),
    now: () => performance.now() / 1000,
    onChange: (status) => {
      if (status) statuses.push(status);
    },
  });
  const told = (compute: number[], leave: number[]) =>
    work.assign({ type: 'members', plan: 1, compute, leave }, room);
  /** Members that it had on the device, after each change. */
  const running = () => statuses.map((status) => status.running.length);
  return { work, told, takes, sent, running };
}

it('a member that is recalled and given again has a run of its own, which can be recalled', async () => {
  const { work, told, takes, sent, running } = await alone();
  told([0], []);
  await vi.waitFor(() => expect(takes).toHaveLength(1));
  told([0], [0]);
  await vi.waitFor(() => expect(takes).toHaveLength(2));
  const before = running().length;
  takes[0]?.();
  await vi.waitFor(() => expect(running().slice(before)).toEqual([1]));
  told([], [0]);
  takes[1]?.();
  await vi.waitFor(() => expect(running().at(-1)).toBe(0));
  expect(sent.filter(({ type }) => type === 'member')).toEqual([]);
  await work.close();
});
