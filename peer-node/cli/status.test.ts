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
  expect(lines.at(-1)).toBe('job drop-1: stopped, goes on from step 8/80 (stopped on request)');
});

test('a run that waits for its store says so', async () => {
  const reason = 'anna waits for the store: the folder /data is on a full disk: free some space';
  const job = { id: 'drop-1', name: 'drop', state: 'running', reason, progress, result: '/data/r' } as const;
  const lines = await printed({ room: 'main', role: 'run', peers: [], watchers: 0, jobs: [job] });
  expect(lines.at(-1)).toMatch(
    /^job drop-1: running, step 8\/80, .* \(anna waits for the store: .* some space\)$/,
  );
});

test('a run says whose shards nobody computes again', async () => {
  const progress = {
    ...{ step: 8, steps: 80, rate: 1, secondsLeft: 9, peers: 2, checkpoint: 0 },
    ...{ haloBytesDirect: 0, haloBytesRelayed: 0, stepSeconds: { predicted: 1, measured: null } },
    unseen: ['anna0001'],
  };
  const job = { id: 'drop-1', name: 'drop', state: 'running', progress, result: '/data/r' } as const;
  const ability = { engine: 'webgpu', device: 'a card', rate: 1e9, memory: 1e9 } as const;
  const anna = { id: 'anna0001', name: 'anna', kind: 'node', state: 'computing', ability } as const;
  const lines = await printed({ room: 'main', role: 'run', peers: [anna], watchers: 0, jobs: [job] });
  expect(lines).toContainEqual(
    expect.stringMatching(/nobody computes again .* too large to be shown: anna;/),
  );
});

test('a run says what part of its devices’ time it uses, beside what was predicted, and where the rest goes', async () => {
  const scaling = {
    ...{ computeSeconds: 6, communicationSeconds: 1, otherSeconds: 3, memoryBytes: 1e7 },
    ...{ strongEfficiency: 0.55, weakEfficiency: 0.6, predictedEfficiency: 0.8, gpuUtilisation: null },
  };
  const stepSeconds = { predicted: 0.001, measured: 0.002 };
  const job = {
    ...({ id: 'drop-1', name: 'drop', state: 'running', result: '/data/r' } as const),
    progress: { ...progress, stepSeconds, scaling },
  };
  const lines = await printed({ room: 'main', role: 'run', peers: [], watchers: 0, jobs: [job] });
  expect(lines.slice(-3)).toEqual([
    '  a step: 2 ms measured, 1 ms promised as the plan began',
    '  all peers: 6.0 s computing, 1.0 s waiting for halos, 3.0 s at the rest (reading, storing, starting), 10 MB',
    '  efficiency: 55% measured, 80% predicted, of what the peers could do together if none waited; 60% of what each could do alone',
  ]);
});
