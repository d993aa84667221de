import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Another way to a coordinator of this machine: whoever takes it comes from another address of the machine, so that it is another owner. */
export interface Door {
  readonly url: string;
  close(): void;
}

/** `from`: an address of 127.0.0.0/8. */
export async function openDoor(url: string, from: string): Promise<Door> {
  const { hostname: host, port, pathname, search } = new URL(url);
  const sockets = new Set<Socket>();
  const own = (socket: Socket) => {
    sockets.add(socket);
    // What one end breaks, the other end hears of.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((inside) => {
    const outside = own(connect({ host, port: Number(port), localAddress: from }));
    own(inside).pipe(outside).pipe(inside);
    inside.once('close', () => outside.destroy());
    outside.once('close', () => inside.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: opened } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${opened}${pathname}${search}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
