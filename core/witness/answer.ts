import type { Engine } from '../../shaders/engine.js';
import type { Job } from '../job/job.js';
import type { Readable } from '../peer/load.js';
import type { Answer } from '../protocol/messages.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import { brickDigests, chainOf, rootOf, writeDigests } from './digests.js';
import type { HaloTable } from './evidence.js';
import { haloChains } from './halo-chains.js';
import { outputsHash } from './outputs.js';
import { type OnSnapshot, replay, type SpanStart } from './replay.js';
import { boxOfSpan, exchangeOf, type Span } from './span.js';

export interface AnswerTools {
  readonly engine: Engine;
  readonly objects: Readable;
  readonly digest: Digest;
  /** Asked before each exchange: whether the answer is still wanted. */
  readonly goesOn: () => boolean;
}

/**
 * What an inspector answers: what it was given, and what comes of that, under the hashes that a statement has. Rejects as `replay`
 * does, and with PlanEndedError where the answer is not wanted any more.
 */
export async function answerTo(
  { engine, objects, digest, goesOn }: AnswerTools,
  job: Job,
  span: Span,
  given: { readonly start: SpanStart; readonly received: HaloTable },
): Promise<Answer> {
  const { start, received } = given;
  const chains: string[] = [];
  const onSnapshot: OnSnapshot = async (_, cells) => {
    chains.push(await chainOf(cells, digest));
  };
  const made = await replay({ engine, objects, digest, onSnapshot, goesOn }, job, span, start, received);
  const box = boxOfSpan(span);
  return {
    start: await rootOf(await brickDigests(job, box, made.start, digest), digest),
    bricks: writeDigests(await brickDigests(job, box, made.end, digest)),
    outputs: await outputsHash(chains, digest),
    halos: await haloChains(exchangeOf(job, span), { sent: made.sent, received }, digest),
  };
}
