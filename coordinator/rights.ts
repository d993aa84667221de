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

/** What a link lets one do in its room; each role may do what those before it may. `run`: submit, start and stop. */
export const ROLES = ['watch', 'contribute', 'run'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who may do what. The token may do everything. An invitation is for one room, and for one role in it. Whoever sits
 * at this machine may watch and contribute without either.
 */
export class Rights {
  readonly #options: RightsOptions;

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  /** What a link to `room` carries. */
  invite(room: string, role: Role = 'contribute'): string {
    // No room's name has a space in it.
    const subject = role === 'contribute' ? room : `${role} ${room}`;
    return createHmac('sha256', this.#options.inviteKey).update(subject).digest('base64url');
  }

  /** What the request may do in the room. @throws Refusal 401 or 403 where it may not even watch. */
  roleIn(request: Request, room: string): Role {
    const token = bearer(request);
    if (token !== undefined) {
      if (sameText(token, this.#options.token)) return 'run';
      throw new Refusal(
        403,
        'rights',
        'this is not the token of this coordinator; see the file "token" in its folder',
      );
    }
    const invite = queryOf(request).get('invite');
    if (invite !== null) {
      const role = ROLES.find((candidate) => sameText(invite, this.invite(room, candidate)));
      if (role !== undefined) return role;
      throw new Refusal(403, 'rights', `this invitation is not for room ${room}; ask for a new link`);
    }
    if (this.#isLocal(request)) return 'contribute';
    throw new Refusal(
      401,
      'rights',
      'from another machine this takes an invitation link; ask whoever runs the job for one',
    );
  }

  /** @throws Refusal 401 or 403 */
  requirePart(request: Request, room: string): void {
    this.roleIn(request, room);
  }

  /** For submitting, starting and stopping. @throws Refusal 401 or 403 */
  requireRun(request: Request, room: string): void {
    if (bearer(request) === undefined && !queryOf(request).has('invite')) {
      throw new Refusal(
        401,
        'rights',
        'this takes the token: send "Authorization: Bearer <token>", or a link that lets one run jobs',
      );
    }
    const role = this.roleIn(request, room);
    if (role === 'run') return;
    throw new Refusal(403, 'rights', `this link lets one ${role}, and no more; ask for one to run jobs`);
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
