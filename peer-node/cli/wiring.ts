import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pino } from 'pino';
import { inputBricks } from '../../coordinator/inputs/input-bricks.js';
import { resultWriter } from '../../coordinator/results/result-writer.js';
import { conductor } from '../../coordinator/run/conductor.js';
import { startCoordinator } from '../../coordinator/server.js';
import { checkJob } from '../../core/job/check.js';
import { parseJobText } from '../../core/job/read.js';
import { joinRoom } from '../peer.js';
import { doing } from './doing.js';
import { UsageError } from './exit.js';
import type { Parts } from './parts.js';
import { version } from './version.js';

/** The real parts of the command. */
export const parts: Parts = {
  async readJob(path) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`<job>: ${path} cannot be read (${error.code}); give the path of a job file`);
    });
    const job = checkJob(parseJobText(text, path));
    return { job, inputs: (id) => inputBricks(id, job, dirname(path)) };
  },

  startCoordinator({ host, port, folder, pages, logLevel }) {
    const log = pino({ level: logLevel }, pino.destination(2));
    return startCoordinator({
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
  },

  joinRoom: ({ url, engine, name, onStatus }) =>
    joinRoom({ url: url.href, engine, name, onStatus: (status) => onStatus(doing(status)) }),
};
