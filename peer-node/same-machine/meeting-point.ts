import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after } from '../../core/links/timer.js';
import { meetingFolder, newSocketName, socketPath } from './folder.js';

/*
 * Whoever calls says which call it is by the key that the other side gave it, and hears a byte where it is waited for:
 *
 *   caller: key (KEY_BYTES)      called: ACCEPTED      caller: CONFIRMED
 *
 * Without the last, one that has just given the call up would be taken to be there.
 */
const KEY_BYTES = 16;
const ACCEPTED = 1;
const CONFIRMED = 2;

/** On one machine this takes a millisecond; a machine that is busy with computing takes longer. */
const CALL_MS = 1_000;

/** Where to call, in a session description: another peer's socket, and the key to one link. */
export interface Address {
  readonly socket: string;
  /** Hexadecimal. */
  readonly key: string;
}

/** A call that is waited for. */
export interface Expected {
  readonly address: Address;
  /** From now on it is refused. */
  forget(): void;
}

/** This process's socket, at which other processes of the same user on the same machine call for links. */
export class MeetingPoint {
  readonly #expected = new Map<string, (socket: Socket) => void>();
  #isClosed = false;
  #listening: Promise<{ readonly server: Server; readonly name: string } | undefined> | undefined;

  /** Waits for a call, which `answered` is given. Undefined where no other process of this machine can call. */
  async expect(answered: (socket: Socket) => void): Promise<Expected | undefined> {
    if (this.#isClosed) return undefined;
    this.#listening ??= this.#listen();
    const listening = await this.#listening;
    if (!listening || this.#isClosed) return undefined;
    const key = randomBytes(KEY_BYTES).toString('hex');
    this.#expected.set(key, answered);
    return { address: { socket: listening.name, key }, forget: () => this.#expected.delete(key) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const listening = await this.#listening;
    this.#expected.clear();
    listening?.server.close();
  }

  async #listen() {
    const folder = await meetingFolder();
    const name = newSocketName();
    const path = folder && socketPath(folder, name);
    if (folder === undefined || path === undefined) return undefined;
    await clear(folder).catch(() => {});
    const server = createServer((socket) => this.#called(socket));
    // It holds up no process that has nothing else to do.
    server.unref();
    server.listen(path);
    try {
      await once(server, 'listening');
    } catch {
      return undefined;
    }
    // A call that cannot be taken is one that nobody answers.
    server.on('error', () => {});
    return { server, name };
  }

  #called(socket: Socket): void {
    const stopTimer = after(CALL_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.once('close', stopTimer);
    socket.once('data', (bytes) => {
      const key = bytes.toString('hex');
      const answered = this.#expected.get(key);
      if (!answered) return socket.destroy();
      this.#expected.delete(key);
      socket.write(Uint8Array.of(ACCEPTED));
      void firstByte(socket).then((byte) => {
        stopTimer();
        if (byte === CONFIRMED) answered(socket);
        else socket.destroy();
      });
    });
  }
}

/** Calls another process of this machine. Undefined where it does not answer: it is on another one, or gone. */
export async function call({ socket: name, key }: Address): Promise<Socket | undefined> {
  const folder = await meetingFolder();
  const path = folder && socketPath(folder, name);
  if (path === undefined) return undefined;
  const socket = connect(path);
  socket.on('error', () => {});
  socket.once('connect', () => socket.write(Buffer.from(key, 'hex')));
  const stopTimer = after(CALL_MS, () => socket.destroy());
  const answer = await firstByte(socket);
  stopTimer();
  if (answer === ACCEPTED) {
    socket.write(Uint8Array.of(CONFIRMED));
    return socket;
  }
  socket.destroy();
  return undefined;
}

/** Undefined where the socket closes instead. What follows waits until somebody listens and lets it flow. */
function firstByte(socket: Socket): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve(undefined));
    socket.once('data', (bytes) => {
      socket.pause();
      if (bytes.byteLength > 1) socket.unshift(bytes.subarray(1));
      resolve(bytes[0]);
    });
  });
}

/** A process that was killed leaves its socket behind. */
async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = socketPath(folder, name);
    if (path !== undefined && (await isDead(path))) await rm(path, { force: true });
  }
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
