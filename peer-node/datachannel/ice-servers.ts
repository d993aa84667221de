import type { IceServer as LibraryServer } from 'node-datachannel';
import { LinkError } from '../../core/errors.js';
import type { IceServer } from '../../core/links/transport.js';

/** RFC 7064 and RFC 7065: scheme, host (IPv6 in brackets), port, and for TURN the transport. */
const ADDRESS = /^(stun|turn)(s?):(\[[\da-f:.]+\]|[^[\]:?/@]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;
const USUAL_PORT = 3478;

/**
 * The servers in node-datachannel's words. It speaks to them over UDP alone: those that want TCP or TLS are left out.
 * Throws LinkError for an address that is none.
 */
export function libraryServers(servers: readonly IceServer[]): LibraryServer[] {
  return servers.flatMap(({ urls, username = '', credential = '' }) => {
    const [, scheme, secure, host = '', port, transport] = ADDRESS.exec(urls) ?? [];
    if (scheme === undefined) {
      throw new LinkError(`'${urls}' is no ICE server; give one like stun:host:port or turn:host:port`);
    }
    if (secure !== '' || transport?.toLowerCase() === 'tcp') return [];
    const server = { hostname: host.replace(/^\[|\]$/g, ''), port: port ? Number(port) : USUAL_PORT };
    if (scheme.toLowerCase() === 'stun') return [server];
    return [{ ...server, username, password: credential, relayType: 'TurnUdp' as const }];
  });
}
