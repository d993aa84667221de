import { LinkError } from '../core/errors.js';
import type { TransportFactory } from '../core/links/transport.js';
import { sameMachineFirst } from './same-machine/transport.js';
import { weriftTransports } from './werift/transport.js';

/**
 * `auto`: a socket between processes of one user on one machine; else `datachannel` where it loads and the other side is a Node peer, else `werift`.
 * `datachannel`: native, several times faster, beside the event loop; not built for every platform.
 * `werift`: JavaScript, runs wherever Node does.
 */
export type TransportChoice = 'auto' | 'datachannel' | 'werift';

/** What carries this machine's links. Throws LinkError where the choice cannot be had. */
export async function openTransports(choice: TransportChoice): Promise<TransportFactory> {
  if (choice === 'werift') return weriftTransports();
  try {
    const { datachannelTransports } = await import('./datachannel/transport.js');
    const datachannel = datachannelTransports();
    return choice === 'auto' ? sameMachineFirst(byRemote(datachannel, weriftTransports())) : datachannel;
  } catch (error) {
    if (choice === 'auto') return sameMachineFirst(weriftTransports());
    throw new LinkError(`node-datachannel does not load here, try --transport werift: ${String(error)}`);
  }
}

/** Long runs between node-datachannel and Chromium have stalled: docs/decisions/0010-transports-by-remote.md. */
function byRemote(node: TransportFactory, browser: TransportFactory): TransportFactory {
  return {
    connect: (options) => (options.remote === 'browser' ? browser : node).connect(options),
    async close() {
      await Promise.all([node.close(), browser.close()]);
    },
  };
}
