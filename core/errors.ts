/**
 * Errors that a person or a script acts on. Each names what is wrong and how to mend it.
 * Anything that is not a GroundswellError is a defect of ours.
 */
export abstract class GroundswellError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** One fault in a job file: where it stands, what is wrong, what would be right. */
export interface JobFault {
  /** The field's path as a person would write it, for example `grid.shape[0]`. */
  readonly field: string;
  readonly problem: string;
  readonly fix: string;
}

/** A job that is refused before anything runs. It lists every fault found, not only the first. */
export class JobError extends GroundswellError {
  readonly code = 'job';

  constructor(readonly faults: readonly JobFault[]) {
    super(faults.map(({ field, problem, fix }) => `${field}: ${problem}. ${fix}.`).join('\n'));
  }
}

/** A model whose WGSL steps outside the subset, or is not WGSL. Lines and columns count from 1. */
export class ModelError extends GroundswellError {
  readonly code = 'model';

  constructor(
    readonly line: number,
    readonly column: number,
    readonly reason: string,
  ) {
    super(`line ${line}, column ${column}: ${reason}`);
  }
}

/** A device that cannot compute: no adapter, too little memory, a lost device. */
export class EngineError extends GroundswellError {
  readonly code = 'engine';
}

/** What was under way for a plan that has ended. */
export class PlanEndedError extends GroundswellError {
  readonly code = 'plan-ended';

  constructor(plan: number) {
    super(`plan ${plan} has ended`);
  }
}

/** A computed field that is not finite any more. `state` is named as in job files. */
export class DivergedError extends GroundswellError {
  readonly code = 'diverged';

  constructor(
    readonly state: string,
    readonly step: number,
  ) {
    super(`${state} is not finite after step ${step}`);
  }
}

/** A device that was there, and is gone with all that it held: another may be had in its place. */
export class DeviceLostError extends EngineError {}

/** A link between two peers that could not be made, or is gone. */
export class LinkError extends GroundswellError {
  readonly code = 'link';
}

/** A message that breaks its schema, size limit or version. */
export class ProtocolError extends GroundswellError {
  readonly code = 'protocol';
}

/** A store that refuses or has lost something. */
export class StoreError extends GroundswellError {
  readonly code = 'store';
}

/** A store that does not answer just now, or is overloaded: later the same call may succeed. */
export class StoreUnavailableError extends StoreError {}

/** An object of the store that is not what was sealed. */
export class NotAsSealedError extends StoreError {
  constructor(readonly key: string) {
    super(`${key} is not what was sealed`);
  }
}

/** A store on which another coordinator works. */
export class LeaseTakenError extends GroundswellError {
  readonly code = 'lease';
}

/** Another coordinator goes on with what this one did. */
export class TakenOverError extends GroundswellError {
  readonly code = 'taken-over';

  constructor(what: string) {
    super(`another coordinator has taken over ${what}; this one leaves it alone`);
  }
}

/** A result that cannot be written as asked: no such array, a format that does not hold it, a file that fails. */
export class ExportError extends GroundswellError {
  readonly code = 'export';
}

/** Someone asked for what they have no right to. */
export class RightsError extends GroundswellError {
  readonly code = 'rights';
}

/** A grid that has too few bricks for the peers that are to share it. */
export class PartitionError extends GroundswellError {
  readonly code = 'partition';

  constructor(
    readonly mostShards: number,
    readonly asked: number,
  ) {
    super(
      `The grid has ${mostShards} brick${mostShards === 1 ? '' : 's'} and cannot be cut into ${asked} shards. ` +
        `Set a smaller grid.brick, or let at most ${mostShards} peer${mostShards === 1 ? '' : 's'} compute.`,
    );
  }
}

/** A coordinator that cannot listen: the port is taken, the address is not this machine's. */
export class ServeError extends GroundswellError {
  readonly code = 'serve';
}
