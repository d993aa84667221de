import { pino } from 'pino';
import { resultWriter } from '../../../coordinator/results/result-writer.js';
import { sweepWriter } from '../../../coordinator/results/sweep-writer.js';
import { conductor } from '../../../coordinator/run/conductor.js';
import * as coordinator from '../../../coordinator/server.js';
import type { S3Store } from '../../../coordinator/store/s3.js';
import type { S3Address } from '../../../coordinator/store/s3-address.js';
import { openEngine } from '../../engines.js';
import { openIdentity } from '../../identity/identity.js';
import type { CoordinatorOptions, RunningCoordinator } from '../parts.js';
import { version } from '../version.js';

/**
 * A coordinator that runs jobs. Throws ServeError where it cannot listen, StoreError for a folder or bucket it cannot
 * use, RangeError where this user's key cannot be read.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator> {
  const { host, port, folder, pages, resume, whileTaken, believesOwn, logLevel, ice, evidenceBytes } =
    options;
  const log = pino({ level: logLevel }, pino.destination(2));
  const ownKeys = new Set(believesOwn ? [(await openIdentity()).signer.key] : []);
  const bucket = options.store && (await openBucket(options.store));
  try {
    const running = await coordinator.startCoordinator({
      host,
      port,
      folder,
      ...(bucket && { store: bucket }),
      pages,
      ice,
      evidenceBytes,
      resume,
      whileTaken,
      version,
      log,
      makeConductor: ({ name, document, store, term, evidence }) =>
        conductor({
          document,
          store,
          term,
          // One thread: checks are to take little from peers on the same machine.
          trust: { room: name, evidence, openEngine: () => openEngine('wasm', { threads: 1 }), ownKeys },
          resultWriter: (patient, id, job) => resultWriter(patient, id, job, version),
          sweepWriter: (patient, id, sweep) => sweepWriter(patient, id, sweep, version),
          log: (event, details) => log.info(details, event),
        }),
    });
    return {
      ...running,
      get standing() {
        return running.standing;
      },
      async close() {
        await running.close();
        bucket?.close();
      },
    };
  } catch (error) {
    bucket?.close();
    throw error;
  }
}

/** Most coordinators keep a folder, and need nothing of S3 loaded. */
async function openBucket(address: S3Address): Promise<S3Store> {
  const { s3Store } = await import('../../../coordinator/store/s3.js');
  return s3Store(address);
}
