import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { joinAs, openStage } from '../stage.suite.js';
import { IceDesk } from './ice-desk.js';
import { TURN_VALID_MS } from './limits.js';

const SECRET = 'shared';
const servers = [{ urls: 'stun:a.example' }, { urls: 'turn:a.example?transport=udp' }];

test('a TURN server gets credentials that name their end and their peer, and that its secret proves', () => {
  const desk = new IceDesk({ servers, turnSecret: SECRET });
  const [stun, turn] = desk.serversFor('abcd', 1_000_500);
  expect(stun).toEqual(servers[0]);
  const username = `${Math.floor((1_000_500 + TURN_VALID_MS) / 1000)}:abcd`;
  const credential = createHmac('sha1', SECRET).update(username).digest('base64');
  expect(turn).toEqual({ urls: 'turn:a.example?transport=udp', username, credential });
});

test('without a TURN server there is nothing to renew', () => {
  expect(new IceDesk({ servers, turnSecret: SECRET }).expires).toBe(true);
  expect(new IceDesk({ servers: servers.slice(0, 1), turnSecret: SECRET }).expires).toBe(false);
  expect(new IceDesk({ servers }).expires).toBe(false);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a peer is told other credentials before those that it has end', async () => {
  const stage = await openStage({ ice: { servers, turnSecret: SECRET } });
  const { session, heard } = await joinAs('a', stage.coordinator.url);
  expect(session.iceServers[1]).toMatchObject({ username: expect.stringMatching(`:${session.peer}$`) });
  vi.advanceTimersByTime(TURN_VALID_MS / 2);
  vi.useRealTimers();
  await vi.waitFor(() => expect(heard.map(({ type }) => type)).toEqual(['ice']));
  session.close();
  await stage.close();
});
