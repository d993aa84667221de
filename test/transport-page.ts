import { simplePeerTransports } from '../browser-peer/simple-peer/transport.js';
import { TransportEnd } from '../core/links/end.suite.js';
import type { ConnectOptions } from '../core/links/transport.js';

const factory = simplePeerTransports();

/** Called from the test, in the page. */
export function makeEnd(options: Partial<ConnectOptions>): TransportEnd {
  return new TransportEnd(factory, options);
}
