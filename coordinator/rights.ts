import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './http/refusal.js';
import { sameText } from './same-text.js';

/** What of a request its rights follow from. */
export type Request = Pick<IncomingMessage, 'headers' | 'url'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export interface RightsOptions {
  readonly token: string;
  readonly inviteKey: Uint8Array;
  /** Behind a proxy every request seems to come from this machine; then none counts as local. */
  readonly behindProxy: boolean;
}

/**
 * Who may do what. Submitting, starting and stopping take the token. Taking part in a room (contributing,
 * watching, reading results) takes the token, the room's invitation, or to sit at this machine.
 */
export class Rights {
  readonly #options: RightsOptions;

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  /** What an invitation link to `room` carries. */
  invite(room: string): string {
    return createHmac('sha256', this.#options.inviteKey).update(room).digest('base64url');
  }

  /** @throws Refusal 401 or 403 */
  requireToken(request: Request): void {
    const given = bearer(request);
    if (given === undefined) {
      throw new Refusal(401, 'rights', 'this takes the token: send "Authorization: Bearer <token>"');
    }
    if (!sameText(given, this.#options.token)) {
      throw new Refusal(
        403,
        'rights',
        'this is not the token of this coordinator; see the file "token" in its folder',
      );
    }
  }

  /** @throws Refusal 401 or 403 */
  requirePart(request: Request, room: string): void {
    if (bearer(request) !== undefined) {
      this.requireToken(request);
      return;
    }
    const invite = queryOf(request).get('invite');
    if (invite !== null) {
      if (sameText(invite, this.invite(room))) return;
      throw new Refusal(403, 'rights', `this invitation is not for room ${room}; ask for a new link`);
    }
    if (!this.#isLocal(request)) {
      throw new Refusal(
        401,
        'rights',
        'from another machine this takes an invitation link; ask whoever runs the job for one',
      );
    }
  }

  /**
   * Whether someone at this machine asks, of their own will. The Host must be this machine too, or a foreign
   * name that resolves here (DNS rebinding) could ask; and a page must be ours, or any page open in
   * a browser here could open a WebSocket to us.
   */
  #isLocal({ headers, socket }: Request): boolean {
    if (this.#options.behindProxy || FORWARDING_HEADERS.some((name) => headers[name] !== undefined))
      return false;
    const { host, origin } = headers;
    return (
      isLoopbackAddress(socket.remoteAddress) &&
      host !== undefined &&
      isLoopbackName(hostNameOf(host)) &&
      (origin === undefined || origin === `http://${host}`)
    );
  }
}

const FORWARDING_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address);
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

function hostNameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}

function bearer({ headers }: Request): string | undefined {
  return headers.authorization?.match(/^Bearer (.+)$/i)?.[1];
}

function queryOf({ url }: Request): URLSearchParams {
  const query = url?.indexOf('?') ?? -1;
  return new URLSearchParams(query < 0 ? '' : url?.slice(query));
}
