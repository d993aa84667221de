import { roomAddress } from './address.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';

export interface StopOptions {
  readonly url: URL;
  readonly token?: string;
}

/** `groundswell stop`: ends a job that waits or runs. */
export async function stop(id: string, { url, token }: StopOptions, { print }: Context): Promise<Exit> {
  const { origin, room } = roomAddress(url);
  await roomApi(origin, room, token).stop(id);
  print(`Job ${id} is stopped.`);
  return Exit.ok;
}
