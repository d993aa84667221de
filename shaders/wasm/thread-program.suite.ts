import { parentPort, workerData } from 'node:worker_threads';
import type { Port } from '../worker/port.js';
import { serveThread } from './thread.js';
import type { Order } from './thread-messages.js';
import type { Flaw } from './threads.suite.js';

const parent = parentPort;
const flaw = workerData as Flaw | undefined;
if (!parent) throw new Error('this file runs in a worker thread');

const port: Port = {
  post: (message, transfer) => parent.postMessage(message, transfer),
  onMessage: () => undefined,
  onClose: () => undefined,
  close: () => parent.close(),
};
parent.on('message', (order: Order) => {
  if (order.kind === flaw) process.exit(3);
  // No module at all, which WebAssembly refuses.
  const module = new Uint8Array(0);
  port.onMessage(order.kind === 'load' && flaw === 'refuses' ? { ...order, module } : order);
});

serveThread(port);
