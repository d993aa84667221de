import { addressesOf } from '../../core/protocol/addresses.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import { tokenFor } from './token.js';

export interface StopOptions {
  readonly url: URL;
  readonly token?: string;
  readonly data: string;
}

/** `groundswell stop`: ends a job that waits or runs. */
export async function stop(id: string, options: StopOptions, { print }: Context): Promise<Exit> {
  await roomApi(addressesOf(options.url.href), await tokenFor(options.url, options)).stop(id);
  print(`Job ${id} is stopped.`);
  return Exit.ok;
}
