import { addressesOf } from '../../core/protocol/addresses.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import type { StopOptions } from './stop.js';
import { tokenFor } from './token.js';

/** `groundswell resume`: goes on with a job that was stopped or failed, from its newest checkpoint. */
export async function resume(id: string, options: StopOptions, { print }: Context): Promise<Exit> {
  await roomApi(addressesOf(options.url.href), await tokenFor(options.url, options)).start(id);
  print(`Job ${id} goes on.`);
  return Exit.ok;
}
