import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { RoomReport } from './api.js';
import { status } from './status.js';

/** What the command prints of a coordinator that reports so. */
async function printed(report: RoomReport): Promise<string[]> {
  const server = createServer((_request, response) => response.end(JSON.stringify(report)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const lines: string[] = [];
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await status(url, {}, { print: (line) => lines.push(line) });
  return lines;
}

const progress = {
  step: 8,
  steps: 80,
  rate: 0,
  secondsLeft: 9,
  peers: 1,
  checkpoint: 0,
  haloBytesDirect: 0,
  haloBytesRelayed: 0,
};

test('a run that was stopped says how far it was, and why', async () => {
  const reason = 'stopped on request';
  const job = { id: 'drop-1', name: 'drop', state: 'stopped', reason, progress, result: '/data/r' } as const;
  const lines = await printed({ room: 'main', role: 'run', peers: [], watchers: 0, jobs: [job] });
  expect(lines.at(-1)).toBe('job drop-1: stopped at step 8/80 (stopped on request)');
});

test('a run that waits for its store says so', async () => {
  const reason = 'anna waits for the store: the folder /data is on a full disk: free some space';
  const job = { id: 'drop-1', name: 'drop', state: 'running', reason, progress, result: '/data/r' } as const;
  const lines = await printed({ room: 'main', role: 'run', peers: [], watchers: 0, jobs: [job] });
  expect(lines.at(-1)).toMatch(
    /^job drop-1: running, step 8\/80, .* \(anna waits for the store: .* some space\)$/,
  );
});
