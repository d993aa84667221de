import type { Parts } from './parts.js';

/** What every command is given. */
export interface Context {
  readonly parts: Parts;
  /** Aborts when the command is to leave. */
  readonly lifetime: AbortSignal;
  readonly print: (line: string) => void;
}
