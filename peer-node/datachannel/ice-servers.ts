import type { IceServer as LibraryServer } from 'node-datachannel';
import { LinkError } from '../../core/errors.js';
import { readIceAddress } from '../../core/links/ice-address.js';
import type { IceServer } from '../../core/links/transport.js';

/**
 * The servers in node-datachannel's words. It speaks to them over UDP alone: those that want TCP or TLS are left out.
 * Throws LinkError for an address that is none.
 */
export function libraryServers(servers: readonly IceServer[]): LibraryServer[] {
  return servers.flatMap(({ urls, username = '', credential = '' }) => {
    const address = readIceAddress(urls);
    if (address === undefined) {
      throw new LinkError(`'${urls}' is no ICE server; give one like stun:host:port or turn:host:port`);
    }
    if (address.isSecure || address.transport === 'tcp') return [];
    const server = { hostname: address.host, port: address.port };
    if (address.scheme === 'stun') return [server];
    return [{ ...server, username, password: credential, relayType: 'TurnUdp' as const }];
  });
}
