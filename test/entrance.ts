import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import type { Socket } from '../core/protocol/socket.js';
import { connectSocket } from '../peer-node/socket.js';

/** A way to a coordinator of this machine that leads from another of its loopback addresses: to the coordinator, another owner. */
export class Entrance {
  readonly #server: Server;
  readonly #lines: Set<TcpSocket>;

  private constructor(server: Server, lines: Set<TcpSocket>) {
    this.#server = server;
    this.#lines = lines;
  }

  /** `from`: such as 127.0.0.2; Linux has all of 127.0.0.0/8. */
  static async open(url: string, from: string): Promise<Entrance> {
    const lines = new Set<TcpSocket>();
    const { hostname, port } = new URL(url);
    const server = createServer((inner) => {
      const outer = connect({ host: hostname, port: Number(port), localAddress: from });
      for (const [line, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        lines.add(line);
        line.on('error', () => other.destroy());
        line.on('close', () => {
          lines.delete(line);
          other.destroy();
        });
        line.pipe(other);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Entrance(server, lines);
  }

  /** In place of `connectSocket`. */
  readonly connect = (url: string): Promise<Socket> => {
    const through = new URL(url);
    through.port = String((this.#server.address() as AddressInfo).port);
    return connectSocket(through.href);
  };

  async close(): Promise<void> {
    for (const line of this.#lines) line.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
