import { Exit } from './exit.js';

/** How long leaving may take before the process ends all the same. */
const LEAVE_WITHIN_MS = 8_000;

/**
 * Aborts when this process is asked to end: SIGINT, SIGTERM, or, where it is somebody's child, the parent gone.
 * A second signal ends it at once.
 */
export function processLifetime(): AbortSignal {
  const lifetime = new AbortController();
  const end = () => {
    if (lifetime.signal.aborted) process.exit(Exit.interrupted);
    lifetime.abort();
    setTimeout(() => process.exit(Exit.interrupted), LEAVE_WITHIN_MS).unref();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  if (process.connected) process.once('disconnect', end);
  return lifetime.signal;
}

/** Resolves when `signal` aborts. Keeps the process alive until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const alive = setInterval(() => {}, 2 ** 30);
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}
