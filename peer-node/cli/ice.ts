import type { IceOptions } from '../../coordinator/room/ice-desk.js';
import { haveTurn } from '../../core/links/ice-address.js';
import { UsageError } from './exit.js';

/**
 * The STUN and TURN servers that a command was given. Throws UsageError for a TURN server without a
 * secret: browsers refuse those that they have no credentials for.
 */
export function iceOptions({
  ice = [],
  turnSecret,
}: {
  readonly ice?: readonly string[];
  readonly turnSecret?: string;
}): IceOptions {
  const servers = ice.map((urls) => ({ urls }));
  if (haveTurn(servers) && turnSecret === undefined) {
    throw new UsageError(
      "--turn-secret: a TURN server takes it; give the server's own, in coturn static-auth-secret",
    );
  }
  return { servers, turnSecret };
}
