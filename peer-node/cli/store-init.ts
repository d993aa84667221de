import { locationOf, type S3Address } from '../../coordinator/store/s3-address.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';

export interface StoreInitOptions {
  /** Origins of pages, `*` for all. */
  readonly origin: readonly string[];
  readonly json?: boolean;
}

/** `groundswell store init`: makes a bucket ready, or says what keeps it from being so. */
export async function storeInit(
  address: S3Address,
  { origin, json }: StoreInitOptions,
  { parts, print }: Context,
): Promise<Exit> {
  await parts.prepareBucket(address, { origins: origin });
  const location = locationOf(address);
  print(json ? JSON.stringify({ event: 'ready', store: location }) : `The store ${location} is ready.`);
  return Exit.ok;
}
