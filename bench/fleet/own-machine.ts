import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JobFileInput } from '../../core/job/schema.js';

/** Seconds of a run that are left out: shards are loaded, links measured, and a plan is made that goes by what was measured. */
const WARMING_SECONDS = 6;

/** Steps a second that `groundswell run` makes of a job, with so many peers of so many threads each, over so many seconds. */
export async function stepRate(
  file: JobFileInput,
  { peers, threads, seconds }: { readonly peers: number; readonly threads: number; readonly seconds: number },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-bench-'));
  const path = join(folder, 'job.json');
  await writeFile(path, JSON.stringify({ ...file, run: { ...file.run, peers, use: 'all' } }));
  const choices = ['--engine', 'wasm', '--peers', `${peers}`, '--threads', `${threads}`, '--data', folder];
  const child = spawn(
    process.execPath,
    ['dist/groundswell.js', 'run', path, '--exit', '--json', ...choices],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  let first: { readonly step: number; readonly at: number } | undefined;
  let began: number | undefined;
  let rate = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, step } = JSON.parse(line) as { readonly event: string; readonly step?: number };
    if (event !== 'progress' || !step) continue;
    const at = performance.now() / 1000;
    began ??= at;
    if (at - began < WARMING_SECONDS) continue;
    first ??= { step, at };
    rate = (step - first.step) / (at - first.at);
    if (at - first.at >= seconds) break;
  }
  child.kill('SIGINT');
  await ended;
  await rm(folder, { recursive: true, force: true });
  return rate;
}
