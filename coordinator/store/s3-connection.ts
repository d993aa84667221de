import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { StoreUnavailableError } from '../../core/errors.js';
import type { S3Address } from './s3-address.js';
import { explained, isOfClock } from './s3-failures.js';

/** How long a server is given. */
export interface Patience {
  /** Tries of one request, with growing random pauses between. */
  readonly attempts: number;
  /** A connection that is silent for so long is given up. */
  readonly silenceMs: number;
}

/** Seven tries take about 6 s of pauses; no healthy server falls silent for 20 s in the middle of a body. */
export const USUAL_PATIENCE: Patience = { attempts: 7, silenceMs: 20_000 };

const CONNECT_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 200;

/** A server that is asked again where it fails for a while. Whoever made it closes it. */
export class S3Connection {
  readonly address: S3Address;
  readonly #client: S3Client;
  readonly #attempts: number;

  /** Its key comes from the environment or AWS's own files, from nowhere else. */
  constructor(address: S3Address, { attempts, silenceMs }: Patience) {
    const { endpoint, region, addressing } = address;
    this.address = address;
    this.#attempts = attempts;
    // It warns that later versions want a newer Node; this one is fixed, and whoever runs it cannot change that.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    this.#client = new S3Client({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      forcePathStyle: addressing === 'path',
      requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, socketTimeout: silenceMs },
      // Its own tries stop for good once a few hundred were refused, and leave out bodies that break off.
      maxAttempts: 1,
      // What AWS adds by itself, other servers refuse or ignore; each request names its own checksum instead.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /**
   * Does `work` again for as long as the server is merely unavailable. An earlier try may have been carried out, and
   * only its answer lost.
   * @throws StoreError, StoreUnavailableError where the last try failed as well.
   */
  async ask<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(this.#client);
      } catch (error) {
        const told = explained(error, this.address);
        const mayPass = told instanceof StoreUnavailableError || isOfClock(error);
        if (!mayPass || attempt === this.#attempts) throw told;
        // Random, so that many who failed together do not come back together.
        await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }

  close(): void {
    this.#client.destroy();
  }
}
