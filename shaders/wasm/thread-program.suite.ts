import { parentPort, workerData } from 'node:worker_threads';
import type { Port } from '../worker/port.js';
import { serveThread } from './thread.js';
import type { Order } from './thread-messages.js';

const parent = parentPort;
if (!parent) throw new Error('this file runs in a worker thread');

const port: Port = {
  post: (message, transfer) => parent.postMessage(message, transfer),
  onMessage: () => undefined,
  onClose: () => undefined,
  close: () => parent.close(),
};
parent.on('message', (order: Order) => {
  if (order.kind === workerData) process.exit(3);
  port.onMessage(order);
});

serveThread(port);
