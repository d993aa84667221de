import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type RawData, WebSocket } from 'ws';
import { LinkError } from '../core/errors.js';
import { DEAD_AFTER_MS, MAX_CONTROL_BYTES } from '../core/protocol/limits.js';
import { RefusedError } from '../core/protocol/session.js';
import type { Socket, SocketListener } from '../core/protocol/socket.js';

/** The document can be as long as a job file and a plan of thousands of shards. */
const MAX_MESSAGE_BYTES = 16 * MAX_CONTROL_BYTES;

/** The coordinator pings each second; it may be held up for a while itself. */
const SILENT_AFTER_MS = 2 * DEAD_AFTER_MS;

/**
 * Opens a WebSocket to a coordinator. It closes by itself where the coordinator's heartbeat stops. `signal` ends the
 * attempt; a socket that is open it leaves alone.
 * @throws RefusedError with the coordinator's reason, LinkError where none answers.
 */
export function connectSocket(url: string, signal?: AbortSignal): Promise<Socket> {
  const webSocket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handshakeTimeout: SILENT_AFTER_MS,
  });
  const giveUp = () => webSocket.terminate();
  signal?.addEventListener('abort', giveUp);
  return new Promise<Socket>((resolve, reject) => {
    webSocket.once('open', () => {
      signal?.removeEventListener('abort', giveUp);
      // Messages may follow before the promise is seen to resolve; they wait in the socket.
      webSocket.pause();
      resolve(socketOver(webSocket));
    });
    webSocket.once('unexpected-response', (_request, response) => {
      refusalIn(response)
        .then(reject, reject)
        .finally(() => webSocket.terminate());
    });
    webSocket.once('error', ({ message }) => {
      reject(new LinkError(`cannot reach the coordinator at ${new URL(url).host}: ${message}`));
    });
  });
}

/** WebSocket's code for an end without a word. */
const ABNORMAL = 1006;

function socketOver(webSocket: WebSocket): Socket {
  let failure = 'the coordinator closed the connection';
  webSocket.on('error', ({ message }) => {
    failure = message;
  });
  return {
    listen(listener) {
      watchHeartbeat(webSocket);
      webSocket.on('message', (data: RawData, isBinary) => hand(data as Buffer, isBinary, listener));
      webSocket.once('close', (code, reason) =>
        listener.closed(reason.toString() || failure, code !== ABNORMAL),
      );
      webSocket.resume();
    },
    send(message) {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message);
    },
    close: () => webSocket.close(),
  };
}

function hand(data: Buffer, isBinary: boolean, listener: SocketListener): void {
  if (isBinary) listener.binary(new Uint8Array(data));
  else listener.text(data.toString());
}

function watchHeartbeat(webSocket: WebSocket): void {
  const silence = setTimeout(() => webSocket.terminate(), SILENT_AFTER_MS);
  webSocket.on('ping', () => silence.refresh());
  webSocket.once('close', () => clearTimeout(silence));
}

/** What a status from 400 to 499 refuses, it refuses again; after others it is worth trying again. */
async function refusalIn(response: IncomingMessage): Promise<Error> {
  const { statusCode = 0 } = response;
  const said = reasonIn(await text(response));
  const reason =
    said === undefined
      ? `no coordinator answers there (status ${statusCode}); check the address`
      : `the coordinator answered ${statusCode}: ${said}`;
  return statusCode >= 400 && statusCode < 500 ? new RefusedError(reason) : new LinkError(reason);
}

/** Undefined where it is not a coordinator's refusal. */
function reasonIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error: { message: string } };
    return error.message;
  } catch {
    return undefined;
  }
}
