import { createHmac } from 'node:crypto';
import { readIceAddress } from '../../core/links/ice-address.js';
import type { IceServer } from '../../core/links/transport.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { TURN_VALID_MS } from './limits.js';

export interface IceOptions {
  readonly servers: readonly IceServer[];
  /** What the TURN servers share with this coordinator. Without it they get no credentials. */
  readonly turnSecret?: string | undefined;
}

/** Which STUN and TURN servers peers may use, and what opens the latter to one peer for a while. */
export class IceDesk {
  readonly #options: IceOptions;

  constructor(options: IceOptions) {
    this.#options = options;
  }

  /** Whether peers have to be told again before what they were told is over. */
  get expires(): boolean {
    return this.#options.turnSecret !== undefined && this.#options.servers.some(isTurn);
  }

  /**
   * The servers as told to one peer, good for TURN_VALID_MS from `now`, in milliseconds since 1970.
   * Credentials as in draft-uberti-behave-turn-rest-00: the name says when they end, in seconds, and for whom they
   * are; the password is the name's HMAC-SHA-1 under the secret. A TURN server checks both by itself.
   */
  serversFor(peer: PeerId, now: number): IceServer[] {
    const { servers, turnSecret } = this.#options;
    if (turnSecret === undefined) return [...servers];
    const username = `${Math.floor((now + TURN_VALID_MS) / 1000)}:${peer}`;
    const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
    return servers.map((server) => (isTurn(server) ? { urls: server.urls, username, credential } : server));
  }
}

const isTurn = ({ urls }: IceServer) => readIceAddress(urls)?.scheme === 'turn';
