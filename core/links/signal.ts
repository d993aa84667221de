import type { SignalData } from './transport.js';

/**
 * What two peers tell one another of their link, by way of the coordinator. `again`: the channel of that attempt broke
 * on the side that answers, which asks for another offer.
 */
export type Signal = SignalData | { readonly type: 'again' };
