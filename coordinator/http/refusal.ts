import { GroundswellError, type JobFault } from '../../core/errors.js';

/** A request that is answered with an error, on purpose. */
export class Refusal extends GroundswellError {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults?: readonly JobFault[],
  ) {
    super(message);
  }

  /** The body of the answer. */
  toJSON() {
    const { code, message, faults } = this;
    return { error: { code, message, ...(faults && { faults }) } };
  }
}
