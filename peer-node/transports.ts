import { LinkError } from '../core/errors.js';
import type { TransportFactory } from '../core/links/transport.js';
import { weriftTransports } from './werift/transport.js';

/**
 * `datachannel`: native, several times faster, beside the event loop; not built for every platform.
 * `werift`: JavaScript, runs wherever Node does. `auto`: the first where it loads, else the second.
 */
export type TransportChoice = 'auto' | 'datachannel' | 'werift';

/** What carries this machine's links. Throws LinkError where the choice cannot be had. */
export async function openTransports(choice: TransportChoice): Promise<TransportFactory> {
  if (choice === 'werift') return weriftTransports();
  try {
    const { datachannelTransports } = await import('./datachannel/transport.js');
    return datachannelTransports();
  } catch (error) {
    if (choice === 'auto') return weriftTransports();
    throw new LinkError(`node-datachannel does not load here, try --transport werift: ${String(error)}`);
  }
}
