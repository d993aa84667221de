import {
  EngineError,
  ExportError,
  GroundswellError,
  JobError,
  LeaseTakenError,
  LinkError,
  ModelError,
  RightsError,
  ServeError,
  StoreError,
  StoreUnavailableError,
  TakenOverError,
} from '../../core/errors.js';

/** Exit statuses of every command. README.md and `--help` list the same. */
export const Exit = {
  ok: 0,
  /** The job failed or was stopped. */
  jobEnded: 1,
  /** Wrong usage, or a job that is refused. */
  refused: 2,
  /** The coordinator or the store cannot be reached, or the coordinator does not allow it. */
  notAllowed: 3,
  /** No device can compute. */
  noDevice: 4,
  /** A signal came before the work was done. */
  interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export const EXIT_HELP = `
Exit status:
  0    done
  1    the job failed or was stopped
  2    wrong usage, or a job that is refused
  3    the coordinator or the store cannot be reached, or the coordinator does not allow it
  4    no device can compute
  130  interrupted before the job ended (serve and join end with 0)`;

/** Something about how the command was called: names the option or argument, and what would be right. */
export class UsageError extends GroundswellError {
  readonly code = 'usage';
}

/** A coordinator that does not answer. */
export class UnreachableError extends GroundswellError {
  readonly code = 'unreachable';
}

/** A job that nobody is left to compute. */
export class AbandonedError extends GroundswellError {
  readonly code = 'abandoned';
}

/** 1 is a job's own end; for a defect of ours it is the customary status too. */
export function exitOf(error: unknown): Exit {
  const isOneOf = (...kinds: readonly (abstract new (...args: never[]) => Error)[]) =>
    kinds.some((kind) => error instanceof kind);
  if (isOneOf(StoreUnavailableError, TakenOverError)) return Exit.notAllowed;
  // A store that refuses is the folder of --data or the bucket of --store; a server that cannot listen is --host and --port.
  const refusals = [
    UsageError,
    JobError,
    ModelError,
    StoreError,
    ServeError,
    LeaseTakenError,
    ExportError,
  ] as const;
  if (isOneOf(...refusals)) return Exit.refused;
  if (isOneOf(UnreachableError, RightsError, LinkError)) return Exit.notAllowed;
  if (isOneOf(EngineError)) return Exit.noDevice;
  return Exit.jobEnded;
}
