import { expect, test } from 'vitest';
import { LinkError } from '../errors.js';
import { MAX_INBOX_BYTES } from '../protocol/limits.js';
import { Inbox } from './inbox.js';

const cells = (...values: number[]) => Float32Array.from(values);
const halo = (plan: number, step: number, value: number) => {
  const parcel = { coding: 'plain', quiet: [false], content: new Uint8Array(cells(value).buffer) } as const;
  return { type: 'halo', plan, step, from: 0, rate: 0, parcel } as const;
};

test('a halo that came early is there when its shard asks', async () => {
  const inbox = new Inbox();
  inbox.deliver('anna', halo(1, 4, 7));
  expect(await inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 4 })).toEqual(halo(1, 4, 7));
});

test('a shard that asks early gets its halo when it comes', async () => {
  const inbox = new Inbox();
  const taken = inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 4 });
  inbox.deliver('anna', halo(1, 0, 1));
  inbox.deliver('bert', halo(1, 4, 2));
  inbox.deliver('anna', halo(1, 4, 3));
  expect(await taken).toEqual(halo(1, 4, 3));
});

test('nobody can speak for another peer', async () => {
  const inbox = new Inbox();
  inbox.deliver('eve', halo(1, 4, 666));
  const taken = inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 4 });
  inbox.deliver('anna', halo(1, 4, 3));
  expect(await taken).toEqual(halo(1, 4, 3));
});

test('the first of two equal messages counts', async () => {
  const inbox = new Inbox();
  inbox.deliver('anna', halo(1, 4, 1));
  inbox.deliver('anna', halo(1, 4, 2));
  expect(await inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 4 })).toEqual(halo(1, 4, 1));
});

test('parts of a state are told apart', async () => {
  const inbox = new Inbox();
  const state = { type: 'state', plan: 2, from: 0, to: 1 } as const;
  inbox.deliver('anna', { ...state, part: 1, cells: cells(1) });
  inbox.deliver('anna', { ...state, part: 0, cells: cells(0) });
  expect(await inbox.take({ kind: 'state', sender: 'anna', plan: 2, from: 0, part: 0 })).toMatchObject({
    cells: cells(0),
  });
  expect(await inbox.take({ kind: 'state', sender: 'anna', plan: 2, from: 0, part: 1 })).toMatchObject({
    cells: cells(1),
  });
});

test('who waits for a dropped plan is told, and its late messages are forgotten', async () => {
  const inbox = new Inbox();
  const taken = inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 4 });
  inbox.dropBefore(2);
  await expect(taken).rejects.toThrow(LinkError);
  await expect(inbox.take({ kind: 'halo', sender: 'anna', plan: 1, step: 8 })).rejects.toThrow(LinkError);
  inbox.deliver('anna', halo(2, 0, 5));
  expect(await inbox.take({ kind: 'halo', sender: 'anna', plan: 2, step: 0 })).toEqual(halo(2, 0, 5));
});

test('whoever goes on for a peer is heard in its place, and what it sends once more takes no room', async () => {
  const inbox = new Inbox();
  const due = (sender: string, step: number) => inbox.take({ kind: 'halo', sender, plan: 1, step });
  inbox.deliver('anna', halo(1, 4, 1));
  await due('anna', 4);
  const waiting = due('anna', 8);
  const most = {
    ...halo(1, 4, 1),
    parcel: { ...halo(1, 4, 1).parcel, content: new Uint8Array(MAX_INBOX_BYTES) },
  };
  inbox.deliver('heir', most);
  inbox.redirect(1, 'anna', 'heir');
  inbox.deliver('heir', { ...most, step: 0 });
  inbox.deliver('heir', halo(1, 8, 2));
  inbox.deliver('heir', halo(1, 12, 3));
  expect(await waiting).toEqual(halo(1, 8, 2));
  expect(await due('heir', 12)).toEqual(halo(1, 12, 3));
});
