import { fileURLToPath } from 'node:url';
import type { S3Address } from '../../coordinator/store/s3-address.js';
import type { Context } from './context.js';
import { chooseDisplay } from './display.js';
import { Exit, UsageError } from './exit.js';
import { iceOptions } from './ice.js';
import { aborted } from './lifetime.js';
import { DEFAULT_PORT } from './options.js';
import { isFree } from './port.js';

export interface ServeOptions {
  readonly host: string;
  readonly port?: number;
  readonly data: string;
  readonly store?: S3Address;
  readonly ice?: readonly string[];
  readonly turnSecret?: string;
  /** MiB that a peer may have to show of one span. */
  readonly evidence?: number;
  readonly json?: boolean;
}

/** The pages lie beside the bundled command. */
export const pagesFolder = () => fileURLToPath(new URL('pages', import.meta.url));

/**
 * `groundswell serve`: a coordinator until somebody ends it, or another takes over (TakenOverError). While another works
 * on the store, it stands by.
 */
export async function serve(options: ServeOptions, { parts, lifetime }: Context): Promise<Exit> {
  const { host, port = DEFAULT_PORT, data } = options;
  if (!(await isFree(host, port))) {
    throw new UsageError(`--port: ${port} on ${host} is taken; give another, or end what listens there`);
  }
  const coordinator = await parts.startCoordinator({
    host,
    port,
    folder: data,
    ...(options.store && { store: options.store }),
    ice: iceOptions(options),
    ...(options.evidence !== undefined && { evidenceBytes: options.evidence * 1024 * 1024 }),
    pages: pagesFolder(),
    resume: true,
    whileTaken: 'wait',
    believesOwn: false,
    logLevel: 'info',
  });
  const display = chooseDisplay(options);
  try {
    if (coordinator.standing === 'standby') {
      display.note(
        'Another coordinator works on this store; this one stands by, and takes over when that one ends.',
      );
    }
    const begun = await Promise.race([coordinator.active.then(() => true), aborted(lifetime)]);
    if (!begun) return Exit.ok;
    display.serving(coordinator);
    const lost = await Promise.race([coordinator.lost, aborted(lifetime)]);
    if (lost) throw lost;
  } finally {
    await coordinator.close();
  }
  return Exit.ok;
}
