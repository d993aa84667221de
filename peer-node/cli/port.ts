import { once } from 'node:events';
import { createServer } from 'node:net';
import { UsageError } from './exit.js';

/** How many ports after the first are tried. */
const TRIES = 50;

export async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return true;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return false;
    throw new UsageError(
      `--host, --port: cannot listen on ${host}, port ${port} (${codeOf(error)}); give others`,
    );
  } finally {
    probe.close();
  }
}

/** `first`, or the next port after it that nobody listens on. Throws UsageError. */
export async function nextFreePort(host: string, first: number): Promise<number> {
  for (let port = first; port < first + TRIES; port++) if (await isFree(host, port)) return port;
  throw new UsageError(`--port: ${first} to ${first + TRIES - 1} are all taken; give a free one`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
