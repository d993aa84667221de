/** One end of a channel between a worker and whoever started it. Handlers are set once, before anything arrives. */
export interface Port {
  /** `message` is cloned, except for the buffers in `transfer`, which move. */
  post(message: unknown, transfer: ArrayBuffer[]): void;
  onMessage: (message: unknown) => void;
  /** The other end is gone: it died, or could not be started. */
  onClose: (reason: string) => void;
  close(): void;
}
