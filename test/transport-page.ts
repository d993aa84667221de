import { simplePeerTransports } from '../browser-peer/simple-peer/transport.js';
import { TransportEnd } from '../core/links/end.suite.js';

const factory = simplePeerTransports();

/** Called from the test, in the page. */
export function makeEnd(): TransportEnd {
  return new TransportEnd(factory);
}
