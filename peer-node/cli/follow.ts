import { setTimeout as sleep } from 'node:timers/promises';
import type { JobReport, RoomApi } from './api.js';
import { UnreachableError } from './exit.js';

const ASK_EVERY_MS = 500;
/** A coordinator that restarts is back within this. */
const PATIENCE_MS = 30_000;

const hasEnded = ({ state }: JobReport) => state === 'done' || state === 'failed' || state === 'stopped';

/**
 * Asks after a job until it has ended, or `signal` aborts (resolves to undefined). `onReport` sees every answer.
 * A coordinator that is away for a while is waited for; then throws UnreachableError.
 */
export async function follow(
  api: RoomApi,
  id: string,
  { signal, onReport }: { signal: AbortSignal; onReport: (report: JobReport) => void },
): Promise<JobReport | undefined> {
  let answered = Date.now();
  while (!signal.aborted) {
    try {
      const report = await api.job(id);
      answered = Date.now();
      onReport(report);
      if (hasEnded(report)) return report;
    } catch (error) {
      if (!(error instanceof UnreachableError) || Date.now() - answered > PATIENCE_MS) throw error;
    }
    await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
