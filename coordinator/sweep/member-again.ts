import { setTimeout as sleep } from 'node:timers/promises';
import { LinkError } from '../../core/errors.js';
import { Links } from '../../core/links/links.js';
import type { Readable } from '../../core/peer/load.js';
import type { Upload } from '../../core/peer/objects.js';
import { MemberRun, type Outcome } from '../../core/peer/sweep/member-run.js';
import type { MemberWork } from '../../core/peer/sweep/member-work.js';
import type { Engine } from '../../shaders/engine.js';

export interface AgainTools {
  readonly engine: Engine;
  /** What the member starts from. */
  readonly objects: Readable;
  /** Told of each chunk that a peer would bring to the store. */
  readonly onChunk: (key: string, bytes: Uint8Array) => Promise<void>;
  /** Ends it at once, as `left`. */
  readonly signal: AbortSignal;
}

/**
 * Computes a member just as a peer does, and stores nothing. Rejects with what the engine, the store or `onChunk` rejects with.
 */
export async function computeAgain(
  { engine, objects, onChunk, signal }: AgainTools,
  work: MemberWork,
): Promise<Outcome> {
  let broken: { readonly error: unknown } | undefined;
  const keepAndThrow = (error: unknown) => {
    broken ??= { error };
    throw error;
  };
  const upload = async (uploads: readonly Upload[]) => {
    for (const { key, encode } of uploads) {
      // A field that diverges is found here, and that is the run's to say.
      const bytes = await encode();
      if (bytes) await onChunk(key, bytes).catch(keepAndThrow);
    }
  };
  const run = new MemberRun(
    {
      self: COORDINATOR,
      engine,
      links: noLinks(),
      now: () => performance.now() / 1000,
      pause: (milliseconds) => sleep(milliseconds),
      objects: {
        get: (key) => objects.get(key),
        ...{ put: refuse, show: refuse, take: refuse },
      },
      upload,
      onHeld: () => {},
    },
    work,
  );
  const end = () => run.end();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const outcome = await run.over;
  signal.removeEventListener('abort', end);
  if (broken && outcome.kind !== 'left') throw broken.error;
  return outcome;
}

const COORDINATOR = 'coordinator';

/** A whole member has no neighbours. */
const refuse = () => Promise.reject(new LinkError('A member that is computed again talks to nobody.'));

function noLinks(): Links {
  return new Links({
    self: COORDINATOR,
    factory: {
      connect: () => {
        throw new LinkError('A member that is computed again talks to nobody.');
      },
      close: () => Promise.resolve(),
    },
    iceServers: () => [],
    send: () => {},
    onMessage: () => {},
    onLost: () => {},
  });
}
