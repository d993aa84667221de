import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** Runs a command and collects what it prints; `output` is both streams as they came. */
export function runQuietly(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const end = (ok, note = '') => resolve({ ok, output: Buffer.concat(chunks).toString() + note });
    child.on('error', (error) => end(false, `${command}: ${error.message}\n`));
    child.on('close', (code) => end(code === 0));
  });
}

/** Runs a command whose output is for the person watching. Resolves to its exit status. */
export function runLoudly(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Shows `name` with a running clock on a terminal, and one line with the time it took when `work` ends.
 * What `work` throws passes through.
 */
export async function step(name, work) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const live = process.stdout.isTTY;
  const clock = live ? setInterval(() => process.stdout.write(`\r${name} … ${seconds()}`), 200) : undefined;
  const line = (mark) => process.stdout.write(`${live ? '\r\x1b[K' : ''}${mark} ${name}, ${seconds()}\n`);
  try {
    const result = await work();
    line('✓');
    return result;
  } catch (error) {
    line('✗');
    throw error;
  } finally {
    clearInterval(clock);
  }
}

/** A command that had to succeed and did not. */
export class StepFailed extends Error {
  constructor(name, output) {
    super(`${name} failed`);
    this.name = 'StepFailed';
    this.output = output;
  }
}

/** `step` around a command that must succeed. Throws StepFailed with its output. */
export async function commandStep(name, command, args, env) {
  await step(name, async () => {
    const { ok, output } = await runQuietly(command, args, env);
    if (!ok) throw new StepFailed(name, output);
  });
}

/** Runs a script's `main` and turns a failed step into its output and exit status 1. */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`\n${error.output.trimEnd()}\n\n${error.message}\n`);
    process.exitCode = 1;
  }
}
