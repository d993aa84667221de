import { LinkError } from '../core/errors.js';
import type { Socket, SocketListener } from '../core/protocol/socket.js';

/**
 * Opens a WebSocket to a coordinator. A browser does not tell a page why one was refused: the room's
 * status, asked over HTTP, gives the reason.
 * @throws LinkError
 */
export function connectSocket(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(url);
    webSocket.binaryType = 'arraybuffer';
    webSocket.onopen = () => resolve(socketOver(webSocket));
    webSocket.onclose = () =>
      reject(new LinkError(`cannot reach the coordinator at ${new URL(url).host}; is it running?`));
  });
}

function socketOver(webSocket: WebSocket): Socket {
  const early: ((listener: SocketListener) => void)[] = [];
  let tell = (event: (listener: SocketListener) => void): void => {
    early.push(event);
  };
  webSocket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
    tell((listener) => {
      if (typeof data === 'string') listener.text(data);
      else listener.binary(new Uint8Array(data));
    });
  webSocket.onclose = ({ reason, wasClean }) =>
    tell((listener) => listener.closed(reason || 'the coordinator closed the connection', wasClean));
  return {
    listen(listener) {
      tell = (event) => event(listener);
      for (const event of early.splice(0)) tell(event);
    },
    send(message) {
      if (webSocket.readyState !== WebSocket.OPEN) return;
      webSocket.send(message as string | Uint8Array<ArrayBuffer>);
    },
    close: () => webSocket.close(),
  };
}
