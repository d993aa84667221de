// Every platform has it; the core is compiled without the types of any.
const { MessageChannel } = globalThis as unknown as {
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: null): void };
  };
};

/**
 * Lets waiting events in between two pieces of long work, heartbeats and halos above all. No timer: hidden tabs
 * throttle those.
 */
export function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
