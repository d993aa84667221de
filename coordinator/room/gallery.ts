import { ProtocolError } from '../../core/errors.js';
import type { ViewerEntry } from '../../core/protocol/document.js';
import { PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { ToCoordinator, ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { freshName } from '../names.js';
import type { Member } from './conductor.js';
import type { Connection } from './connection.js';
import { MAX_VIEWS } from './limits.js';
import { PEER_ID_LENGTH } from './seat.js';
import { Viewers } from './viewers.js';

type Signal = Extract<ToCoordinator, { type: 'signal' }>;
/** What a viewer may not say before it is let in, or never. */
type Greeting = Extract<ToCoordinator, { type: 'hello' | 'watch' }>;

/** One who says something that is passed on to another. */
export type Signaller = Pick<Member, 'id' | 'send'>;

export interface GalleryTools {
  readonly iceServersFor: (viewer: PeerId) => Extract<ToPeer, { type: 'watching' }>['iceServers'];
  /** Puts a viewer into the document, or takes it out. */
  readonly write: (viewer: PeerId, entry: ViewerEntry | undefined) => void;
  readonly passOn: (from: Signaller, signal: Signal) => void;
}

/** A room's viewers and their connections. They have no place to come back to: whoever is gone comes as another. */
export class Gallery {
  readonly #tools: GalleryTools;
  readonly #viewers: Viewers;
  readonly #connections = new Map<PeerId, Connection>();

  constructor(tools: GalleryTools) {
    this.#tools = tools;
    this.#viewers = new Viewers(tools.write);
  }

  /** Gives the viewer its id; undefined where there is no room left, and the viewer has been told. */
  admit(connection: Connection, kind: ViewerEntry['kind']): PeerId | undefined {
    if (this.#viewers.isFull) {
      connection.dismiss('full', 'this room has as many viewers as it takes; come back later');
      return undefined;
    }
    const id = freshName(PEER_ID_LENGTH);
    this.#connections.set(id, connection);
    const iceServers = this.#tools.iceServersFor(id);
    this.#tell(id, { type: 'watching', version: PROTOCOL_VERSION, peer: id, iceServers });
    this.#viewers.join(id, kind);
    return id;
  }

  /** @throws ProtocolError where a viewer may not say that. */
  heed(id: PeerId, message: Exclude<ToCoordinator, Greeting>): void {
    switch (message.type) {
      case 'signal':
        return this.#tools.passOn({ id, send: (answer) => this.#tell(id, answer) }, message);
      case 'view': {
        if (this.#viewers.look(id, message.view)) return;
        const reason = `${MAX_VIEWS} planes are seen in this room already; see one of those, or come back later`;
        return this.#tell(id, { type: 'refused', code: 'views', reason, fatal: false });
      }
      default:
        throw new ProtocolError(`${message.type}: viewers look, and do nothing else`);
    }
  }

  /** Undefined where there is no such viewer. */
  receiver(id: PeerId): Pick<Member, 'send'> | undefined {
    return this.#connections.has(id) ? { send: (message) => this.#tell(id, message) } : undefined;
  }

  /** A frame of a relayed channel: lost where there is no such viewer. */
  sendBytes(id: PeerId, frame: Uint8Array): void {
    this.#connections.get(id)?.send(frame);
  }

  renewIce(): void {
    for (const id of this.#connections.keys()) {
      this.#tell(id, { type: 'ice', iceServers: this.#tools.iceServersFor(id) });
    }
  }

  left(id: PeerId): void {
    this.#connections.delete(id);
    this.#viewers.left(id);
  }

  #tell(id: PeerId, message: ToPeer): void {
    this.#connections.get(id)?.send(JSON.stringify(message));
  }
}
