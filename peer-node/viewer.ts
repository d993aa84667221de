import { addressesOf } from '../core/protocol/addresses.js';
import { Viewer, type ViewerTools } from '../core/watch/viewer.js';
import { connectSocket } from './socket.js';
import { openTransports, type TransportChoice } from './transports.js';

export interface ViewerOptions extends Pick<ViewerTools, 'onChange' | 'onFrame'> {
  /** A coordinator's address, or an invitation. */
  readonly url: string;
  readonly transport: TransportChoice;
}

/** A viewer on this machine, and what ends it. */
export interface OpenViewer {
  readonly viewer: Viewer;
  close(): Promise<void>;
}

/** Throws LinkError where this machine lacks the transport chosen. */
export async function openViewer({ url, transport, onChange, onFrame }: ViewerOptions): Promise<OpenViewer> {
  const transports = await openTransports(transport);
  const { socket } = addressesOf(url);
  const viewer = new Viewer({
    connect: () => connectSocket(socket),
    transports,
    kind: 'node',
    onChange,
    onFrame,
  });
  return {
    viewer,
    async close() {
      await viewer.close();
      await transports.close();
    },
  };
}
