import { LINK_ATTEMPTS } from '../protocol/limits.js';

/** A way to another peer. `relay`: through the coordinator. */
export type Route = 'any' | 'turn' | 'relay';

/** What there is to try, besides the direct way. */
export interface Means {
  readonly turn: boolean;
  readonly relay: boolean;
}

/**
 * Which ways are tried for a new link, one after the other. Connecting fails now and then for no reason, so the best
 * way is tried again. Through a TURN server alone succeeds where a network lets something through, and then stops it.
 */
export function routesOf({ turn, relay }: Means): readonly Route[] {
  return [...repeated('any', LINK_ATTEMPTS), ...when(turn, 'turn'), ...when(relay, 'relay')];
}

/** The same for a link that has lost its channel. A run waits for it, so the sure way comes sooner. */
export function mendingRoutesOf({ turn, relay }: Means): readonly Route[] {
  return relay ? ['any', 'relay'] : [...repeated('any', LINK_ATTEMPTS), ...when(turn, 'turn')];
}

const repeated = (route: Route, count: number): Route[] => Array.from({ length: count }, () => route);
const when = (there: boolean, route: Route): Route[] => (there ? [route] : []);
