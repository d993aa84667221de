import { setTimeout as sleep } from 'node:timers/promises';
import { addressesOf } from '../../core/protocol/addresses.js';
import type { RunEvent } from '../../core/protocol/api.js';
import { eventInWords } from '../../core/protocol/event-words.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import { hasEnded } from './follow.js';

const ASK_EVERY_MS = 500;

export interface LogsOptions {
  readonly url: URL;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `groundswell logs`: what happened to a job, or in the room, as far back as the coordinator knows. */
export async function logs(
  id: string | undefined,
  { url, follow, json }: LogsOptions,
  { lifetime, print }: Context,
): Promise<Exit> {
  const api = roomApi(addressesOf(url.href));
  let known = 0;
  for (;;) {
    // Asked first: whatever happened before the end is then among the events.
    const job = id === undefined ? undefined : await api.job(id);
    for (;;) {
      const { events, last } = await api.events(known, id);
      for (const event of events) print(json ? JSON.stringify(event) : inWords(event, id));
      if (last === known) break;
      // A coordinator that was started again counts anew.
      known = last < known ? 0 : last;
    }
    if (!follow || (job && hasEnded(job)) || lifetime.aborted) return Exit.ok;
    await sleep(ASK_EVERY_MS, undefined, { signal: lifetime }).catch(() => {});
  }
}

/** `19:04:05  drop-abc  checkpoint at step 400 is safe`; the job is left out where it is the one asked for. */
function inWords(event: RunEvent, id: string | undefined): string {
  const at = new Date(event.at).toLocaleTimeString('en-GB');
  return [at, ...(id === undefined && event.job !== undefined ? [event.job] : []), eventInWords(event)].join(
    '  ',
  );
}
