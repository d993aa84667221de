import { addressesOf } from '../../core/protocol/addresses.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { chooseDisplay } from './display.js';
import { Exit } from './exit.js';
import { follow } from './follow.js';
import { handIn } from './hand-in.js';
import { tokenFor } from './token.js';

export interface SubmitOptions {
  readonly url: URL;
  readonly token?: string;
  readonly data: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** `groundswell submit`: hands a job to a coordinator, and with `wait` stays until it has ended. */
export async function submit(path: string, options: SubmitOptions, context: Context): Promise<Exit> {
  const prepared = await context.parts.readJob(path);
  const api = roomApi(addressesOf(options.url.href), await tokenFor(options.url, options));
  const display = chooseDisplay(options);
  const id = await handIn(api, prepared);
  display.started({ job: id, page: options.url.href });
  if (!options.wait) return Exit.ok;
  try {
    const report = await follow(api, id, display, context.lifetime);
    if (report === undefined) {
      display.close();
      display.note(`Job ${id} goes on without you; groundswell stop ${id} ends it.`);
      return Exit.interrupted;
    }
    display.ended(report, prepared.work);
    return report.state === 'done' ? Exit.ok : Exit.jobEnded;
  } finally {
    display.close();
  }
}
