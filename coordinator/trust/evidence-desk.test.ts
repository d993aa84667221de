import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../stage.suite.js';
import { EvidenceDesk } from './evidence-desk.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const put = (url: string, bytes: number) =>
  fetch(stage.coordinator.url + url, { method: 'PUT', body: new Uint8Array(bytes).fill(7) });

it('takes exactly what was asked for, once, and by its token alone', async () => {
  const expected = stage.evidence.expect(12);
  expect((await put('/evidence/somebodyelse', 12)).status).toBe(404);
  expect((await put(expected.url, 13)).status).toBe(400);
  expect((await put(expected.url, 12)).status).toBe(204);
  expect(Uint8Array.from((await expected.arrived) ?? [])).toEqual(new Uint8Array(12).fill(7));
  expect((await put(expected.url, 12)).status).toBe(404);
});

it('who gives up waiting gets nothing', async () => {
  const expected = new EvidenceDesk().expect(4);
  expected.cancel();
  expect(await expected.arrived).toBeUndefined();
});

it('credit is told as JSON and as a table', async () => {
  const url = `${stage.coordinator.url}/api/rooms/main/credit`;
  expect(await (await fetch(url)).json()).toEqual({
    version: 1,
    credits: [{ key: 'k1', owner: '::1', cellUpdates: 8 }],
  });
  expect(await (await fetch(`${url}?format=csv`)).text()).toBe('key,owner,cell_updates\r\nk1,::1,8\r\n');
});

it('gives what an inspector is to compute again, by its token alone, as long as it is asked', async () => {
  const offered = stage.evidence.offer(new Uint8Array(8).fill(3));
  const get = (url: string) => fetch(stage.coordinator.url + url);
  expect(new Uint8Array(await (await get(offered.url)).arrayBuffer())).toEqual(new Uint8Array(8).fill(3));
  expect((await get('/evidence/somebodyelse')).status).toBe(404);
  offered.withdraw();
  expect((await get(offered.url)).status).toBe(404);
});
