import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../core/protocol/api.js';
import type { JobReport, RoomApi } from './api.js';
import type { Display } from './display.js';
import { UnreachableError } from './exit.js';

const ASK_EVERY_MS = 500;
/** A coordinator that restarts is back within this. */
const PATIENCE_MS = 30_000;

export const hasEnded = ({ state }: JobReport) =>
  state === 'done' || state === 'failed' || state === 'stopped';

/**
 * Asks after a job until it has ended, and shows how far it is. Resolves to the last report, or to undefined
 * where `signal` aborts first. A coordinator that is away for a while is waited for; then throws UnreachableError.
 */
export async function follow(
  api: RoomApi,
  id: string,
  display: Pick<Display, 'progress' | 'note' | 'happened'>,
  signal: AbortSignal,
): Promise<JobReport | undefined> {
  let answered = Date.now();
  let told: string | undefined;
  let away = false;
  const news = new News(api, id);
  while (!signal.aborted) {
    try {
      const report = await api.job(id);
      answered = Date.now();
      away = false;
      for (const event of await news.read()) display.happened(event);
      if (hasEnded(report)) return report;
      if (report.reason !== undefined && report.reason !== told) {
        told = report.reason;
        display.note(`Job ${id}: ${told}`);
      }
      if (report.state === 'running' && report.progress) display.progress(report.progress);
    } catch (error) {
      if (!(error instanceof UnreachableError) || Date.now() - answered > PATIENCE_MS) throw error;
      if (!away)
        display.note(`The coordinator does not answer; waiting ${PATIENCE_MS / 1000} s for it to come back.`);
      away = true;
    }
    await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/** What happens in a room while a job is followed: to the job, and to peers. */
class News {
  readonly #api: RoomApi;
  readonly #id: string;
  #known: number | undefined;

  constructor(api: RoomApi, id: string) {
    this.#api = api;
    this.#id = id;
  }

  async read(): Promise<readonly RunEvent[]> {
    const isFirst = this.#known === undefined;
    const { events, last } = await this.#api.events(this.#known ?? 0, isFirst ? this.#id : undefined);
    // A coordinator that was started again counts anew.
    this.#known = last < (this.#known ?? 0) ? 0 : last;
    return events.filter(({ job }) => job === undefined || job === this.#id);
  }
}
