import type { Circumstances } from './circumstances.js';
import { clockHour } from './numbers.js';
import type { Terms } from './terms.js';

/** Whether a device may compute now. `reason`: a sentence for its owner, which says what it waits for. */
export type Permission =
  | { readonly kind: 'granted' }
  | { readonly kind: 'withheld'; readonly reason: string };

/** What a browser does not tell counts as being so: the owner was told that it is not known. */
export function permissionOf({ mainsOnly, wifiOnly, hours }: Terms, now: Circumstances): Permission {
  if (mainsOnly && now.power === 'battery')
    return withheld('This device runs on its battery. It goes on when it is plugged in');
  if (wifiOnly && now.network === 'mobile')
    return withheld('This device is on mobile data. It goes on when there is Wi-Fi');
  if (hours && !isWithin(hours, now.hour)) return withheld(`It goes on at ${clockHour(hours.from)}`);
  return { kind: 'granted' };
}

/** From an hour to the start of another, over midnight where that is less; equal hours are the whole day. */
function isWithin({ from, to }: NonNullable<Terms['hours']>, hour: number): boolean {
  if (from === to) return true;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

const withheld = (reason: string): Permission => ({ kind: 'withheld', reason });
