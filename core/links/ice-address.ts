/** An ICE server's address, taken apart. */
export interface IceAddress {
  readonly scheme: 'stun' | 'turn';
  /** `stuns` or `turns`. */
  readonly isSecure: boolean;
  /** IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

/** RFC 7064 and RFC 7065: scheme, host (IPv6 in brackets), port, and for TURN the transport. */
const ADDRESS = /^(stun|turn)(s?):(\[[\da-f:.]+\]|[^[\]:?/@\s]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;
const USUAL_PORT = { plain: 3478, secure: 5349 };

/** Undefined where the text is no address of an ICE server. */
export function readIceAddress(urls: string): IceAddress | undefined {
  const [, scheme, secure, host = '', port, transport] = ADDRESS.exec(urls) ?? [];
  if (scheme === undefined) return undefined;
  const isSecure = secure !== '';
  return {
    scheme: scheme.toLowerCase() === 'stun' ? 'stun' : 'turn',
    isSecure,
    host: host.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : isSecure ? USUAL_PORT.secure : USUAL_PORT.plain,
    transport: transport?.toLowerCase() === 'tcp' || (isSecure && transport === undefined) ? 'tcp' : 'udp',
  };
}

/** Whether one of the servers relays. */
export function haveTurn(servers: readonly { readonly urls: string }[]): boolean {
  return servers.some(({ urls }) => readIceAddress(urls)?.scheme === 'turn');
}
