import { setTimeout as sleep } from 'node:timers/promises';
import type { JobReport, RoomApi } from './api.js';
import type { Display } from './display.js';
import { UnreachableError } from './exit.js';

const ASK_EVERY_MS = 500;
/** A coordinator that restarts is back within this. */
const PATIENCE_MS = 30_000;

const hasEnded = ({ state }: JobReport) => state === 'done' || state === 'failed' || state === 'stopped';

/**
 * Asks after a job until it has ended, and shows how far it is. Resolves to the last report, or to undefined
 * where `signal` aborts first. A coordinator that is away for a while is waited for; then throws UnreachableError.
 */
export async function follow(
  api: RoomApi,
  id: string,
  display: Pick<Display, 'progress' | 'note'>,
  signal: AbortSignal,
): Promise<JobReport | undefined> {
  let answered = Date.now();
  let told: string | undefined;
  let away = false;
  while (!signal.aborted) {
    try {
      const report = await api.job(id);
      answered = Date.now();
      away = false;
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
