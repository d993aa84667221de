import type { Port } from '../shaders/worker/port.js';

/** What a Worker and a worker's own scope have in common. */
interface Messenger {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: 'messageerror', listener: () => void): void;
  close?(): void;
}

/** The worker's own end of its channel: `portTo(self)`. Closing it ends the worker. */
export function portTo(other: Messenger): Port {
  const port: Port = {
    post: (message, transfer) => other.postMessage(message, transfer),
    onMessage: () => {},
    onClose: () => {},
    close: () => other.close?.(),
  };
  other.addEventListener('message', ({ data }) => port.onMessage(data));
  other.addEventListener('messageerror', () => port.onClose('a message could not be read'));
  return port;
}

/** The page's end of the channel to a worker, which it owns. */
export function portOf(worker: Worker): Port {
  const port = portTo(worker);
  worker.addEventListener('error', (event) => {
    // Handled here: otherwise the browser reports it as an error of the page.
    event.preventDefault();
    port.onClose(event.message || 'it could not be started');
  });
  port.close = () => worker.terminate();
  return port;
}
