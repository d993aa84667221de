import { parseArgs } from 'node:util';
import { UsageError } from '../harness.js';

export interface GpuBenchOptions {
  /** The card, by a part of its name. */
  readonly gpu?: string;
  /** Bytes that the largest grid may take. */
  readonly memory?: number;
  /** A small part of it, on a processor that plays a GPU as well. */
  readonly trial: boolean;
}

/** Reads what follows `npm run bench -- gpu`. Throws UsageError. */
export function gpuBenchOptions(args: readonly string[]): GpuBenchOptions {
  const { gpu, memory, trial } = parsed(args);
  return {
    ...(gpu !== undefined && { gpu }),
    ...(memory !== undefined && { memory: bytesOf(memory) }),
    trial,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        gpu: { type: 'string' },
        memory: { type: 'string' },
        trial: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // Node's own words: they name the option.
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function bytesOf(gibibytes: string): number {
  const value = Number(gibibytes);
  if (gibibytes.trim() !== '' && value > 0 && Number.isFinite(value)) return value * 2 ** 30;
  throw new UsageError(`--memory: "${gibibytes}" is no size. Give GiB, a number above 0`);
}
