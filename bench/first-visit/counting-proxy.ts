import type { AddressInfo } from 'node:net';
import { createServer, connect as dial, type Socket } from 'node:net';

/** Stands between a browser and a server, and counts what the server sends: headers, bodies, WebSockets, everything. */
export interface CountingProxy {
  readonly url: string;
  /** Bytes to the browser so far. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** `url`: of the server, on this machine. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((browser) => {
    const upstream = dial(Number(port), hostname);
    upstream.on('data', (chunk) => {
      bytes += chunk.byteLength;
    });
    for (const [socket, other] of [
      [browser, upstream],
      [upstream, browser],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        sockets.delete(socket);
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bytes() {
      return bytes;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
