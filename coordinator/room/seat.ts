import type { ToCoordinator, ToPeer } from '../../core/protocol/messages.js';
import { Numbered } from '../../core/protocol/numbered.js';
import { freshName } from '../names.js';
import type { Member } from './conductor.js';
import type { Connection } from './connection.js';

export const PEER_ID_LENGTH = 16;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 32;

type Hello = Extract<ToCoordinator, { type: 'hello' }>;

/**
 * A peer's place in a room. It outlives a connection that broke, and loses no message over it: whoever comes back with
 * the key goes on where the last connection ended.
 */
export class Seat {
  readonly member: Member;
  /** Known to the peer alone. */
  readonly key = freshName(KEY_LENGTH);
  readonly #numbered = new Numbered();
  #connection: Connection | undefined;
  #wait: NodeJS.Timeout | undefined;
  readonly #onSilent: () => void;

  /** `owner`: whoever stands behind it. `onSilent` is called where the peer is dismissed while it is away, or has kept silent about too much. */
  constructor({ name, kind, ability }: Hello, owner: string, connection: Connection, onSilent: () => void) {
    this.#connection = connection;
    this.#onSilent = onSilent;
    this.member = {
      id: freshName(PEER_ID_LENGTH),
      name,
      kind,
      ability,
      owner,
      nonce: freshName(NONCE_LENGTH),
      roundTrip: () => this.#connection?.roundTrip,
      isAway: () => this.#connection === undefined,
      send: (message) => this.#send(message),
      allow: (messages) => this.#connection?.allow(messages),
      dismiss: (code, reason) => {
        if (this.#connection) this.#connection.dismiss(code, reason);
        else onSilent();
      },
    };
  }

  /** Messages heard from the peer so far. */
  get heard(): number {
    return this.#numbered.heard;
  }

  isAt(connection: Connection): boolean {
    return this.#connection === connection;
  }

  /** A frame of a relayed channel: lost where there is no connection. */
  sendBytes(frame: Uint8Array): void {
    this.#connection?.send(frame);
  }

  /** Counts a message of the peer's. */
  hear(): void {
    const count = this.#numbered.hear();
    if (count !== undefined)
      this.#connection?.send(JSON.stringify({ type: 'heard', count } satisfies ToPeer));
  }

  /** The peer has heard `count` messages. @throws ProtocolError where there were not so many. */
  acknowledge(count: number): void {
    this.#numbered.acknowledge(count);
  }

  /** The connection is gone. The place is kept for `milliseconds`, and then `onOver` is called. */
  keepFor(milliseconds: number, onOver: () => void): void {
    this.#connection = undefined;
    this.#wait = setTimeout(onOver, milliseconds);
  }

  /** The peer is back, and had heard `heard` messages. Gives the connection that it had before, if that is still there. */
  resume(connection: Connection, heard: number, welcome: ToPeer): Connection | undefined {
    this.#numbered.acknowledge(heard);
    const before = this.#connection;
    clearTimeout(this.#wait);
    this.#connection = connection;
    connection.send(JSON.stringify(welcome));
    for (const message of this.#numbered.unheard) connection.send(message);
    return before;
  }

  /** Nobody comes back to it. */
  give(): void {
    clearTimeout(this.#wait);
    this.#connection = undefined;
  }

  #send(message: ToPeer): void {
    const written = JSON.stringify(message);
    if (!this.#numbered.keep(written)) return this.#onSilent();
    this.#connection?.send(written);
  }
}
