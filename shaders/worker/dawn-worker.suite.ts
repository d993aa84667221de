import { parentPort, workerData } from 'node:worker_threads';
import { dawnAdapter } from '../webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../webgpu/engine.js';
import type { Port } from './port.js';
import { serveEngine } from './serve.js';

const parent = parentPort;
if (!parent) throw new Error('this file runs in a worker thread');

if (workerData === 'dies') process.exit(3);

const port: Port = {
  post: (message, transfer) => parent.postMessage(message, transfer),
  onMessage: () => undefined,
  onClose: () => undefined,
  close: () => parent.close(),
};
parent.on('message', (message) => port.onMessage(message));

serveEngine(port, async () => createWebgpuEngine(await dawnAdapter()));
