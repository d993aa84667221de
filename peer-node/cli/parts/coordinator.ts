import { pino } from 'pino';
import { resultWriter } from '../../../coordinator/results/result-writer.js';
import { conductor } from '../../../coordinator/run/conductor.js';
import * as coordinator from '../../../coordinator/server.js';
import type { CoordinatorOptions, RunningCoordinator } from '../parts.js';
import { version } from '../version.js';

/** A coordinator that runs jobs. Throws ServeError where it cannot listen, StoreError for a folder it cannot use. */
export function startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator> {
  const { host, port, folder, pages, logLevel } = options;
  const log = pino({ level: logLevel }, pino.destination(2));
  return coordinator.startCoordinator({
    host,
    port,
    folder,
    pages,
    version,
    log,
    makeConductor: ({ document, store }) =>
      conductor({
        document,
        store,
        resultWriter: (id, job) => resultWriter(store, id, job, version),
        log: (event, details) => log.info(details, event),
      }),
  });
}
