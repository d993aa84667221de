import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ExportError, JobError, StoreError } from '../../core/errors.js';
import { Refusal } from './refusal.js';

export const notFound: RequestHandler = (request) => {
  throw new Refusal(404, 'not-found', `there is nothing at ${request.method} ${request.path}`);
};

/** Answers every error as JSON `{error: {code, message, faults?}}`; logs those that nobody foresaw. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refusal = refusalFor(error);
    if (refusal.status >= 500 && refusal !== error)
      log.error({ err: error, path: request.path }, 'a request failed');
    response.status(refusal.status);
    // Part of a body may still be under way; it is not waited for.
    if (!request.complete) response.set('Connection', 'close');
    response.json(refusal);
  };
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof JobError) return new Refusal(400, error.code, error.message, error.faults);
  if (error instanceof ExportError) return new Refusal(400, error.code, error.message);
  if (error instanceof StoreError) return new Refusal(507, error.code, error.message);
  const { status, message } = error as { status?: unknown; message?: unknown };
  // What Express and its parsers refuse carries a status: broken JSON, too long a body, a bad escape in a path.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Refusal(status, 'request', String(message));
  }
  return new Refusal(500, 'internal', 'the coordinator failed on this request; its log says how');
}
