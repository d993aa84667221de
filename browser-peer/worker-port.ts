import type { Port } from '../shaders/worker/port.js';

/** What a Worker and a worker's own scope have in common. */
interface Messenger {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: 'messageerror', listener: () => void): void;
}

/** A worker's own end of the channel to its page. Closing it ends the worker. */
export function portToPage(): Port {
  // The DOM's types know `self` as a window only.
  return portOver(self as unknown as Messenger, () => self.close());
}

/** The page's end of the channel to a worker, which it owns: closing it ends the worker. */
export function portToWorker(worker: Worker): Port {
  const port = portOver(worker, () => worker.terminate());
  worker.addEventListener('error', (event) => {
    // Told to whoever waits; the browser need not report it as an error of the page too.
    event.preventDefault();
    port.onClose(event.message || 'it could not be started');
  });
  return port;
}

function portOver(other: Messenger, close: () => void): Port {
  const port: Port = {
    post: (message, transfer) => other.postMessage(message, transfer),
    onMessage: () => {},
    onClose: () => {},
    close,
  };
  other.addEventListener('message', ({ data }) => port.onMessage(data));
  other.addEventListener('messageerror', () => port.onClose('a message could not be read'));
  return port;
}
