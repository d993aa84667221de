import type { Engine } from '../../shaders/engine.js';
import { GroundswellError, PlanEndedError } from '../errors.js';
import { checkJob } from '../job/check.js';
import type { RoomJob } from '../protocol/document.js';
import type { Answer, ToPeer } from '../protocol/messages.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import { answerTo } from '../witness/answer.js';
import { readEvidence } from '../witness/evidence.js';
import type { SpanStart } from '../witness/replay.js';
import type { Span } from '../witness/span.js';
import type { Identity } from '../witness/witness.js';
import type { Objects } from './objects.js';

type Inspect = Extract<ToPeer, { type: 'inspect' }>;

export interface InspectingTools {
  readonly engine: Engine;
  readonly objects: Pick<Objects, 'get' | 'take'>;
  readonly identity?: Identity;
  readonly send: (message: Said) => void;
}

/** Computes spans of other peers again when the coordinator asks for it, one after the other. */
export class Inspecting {
  readonly #tools: InspectingTools;
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(tools: InspectingTools) {
    this.#tools = tools;
  }

  /** Never rejects: what cannot be told is said to be so. `roomJob`: the one that the span is of. */
  inspect(asked: Inspect, roomJob: RoomJob | undefined): Promise<void> {
    this.#work = this.#work.then(() => this.#answer(asked, roomJob));
    return this.#work;
  }

  /** What is under way ends at the next exchange, and nothing more is answered. */
  end(): void {
    this.#ended = true;
  }

  async #answer(asked: Inspect, roomJob: RoomJob | undefined): Promise<void> {
    if (this.#ended) return;
    const { request } = asked;
    try {
      const answer = await this.#compute(asked, roomJob);
      this.#tools.send({ type: 'inspected', request, answer });
    } catch (error) {
      const reason = error instanceof GroundswellError ? error.message : String(error);
      if (!this.#ended)
        this.#tools.send({ type: 'inspected', request, answer: { failure: reason.slice(0, 500) } });
    }
  }

  async #compute(
    { plan, shard, from, to, start, url }: Inspect,
    roomJob: RoomJob | undefined,
  ): Promise<Answer> {
    const { engine, objects, identity } = this.#tools;
    if (!identity || roomJob?.id !== plan.job) throw new PlanEndedError(plan.id);
    const job = checkJob(roomJob.file);
    const span: Span = { plan, shard, from, to };
    const { start: shown, received } = readEvidence(
      job,
      span,
      { start, outcome: false },
      await objects.take(url),
    );
    const tools = { engine, objects, digest: identity.digest, goesOn: () => !this.#ended };
    return answerTo(tools, job, span, {
      start: shown ? { kind: 'cells', cells: shown } : startOf(plan),
      received,
    });
  }
}

/** What a plan starts from where nobody has to show it. */
function startOf({ source }: Plan): SpanStart {
  return source.kind === 'checkpoint' ? { kind: 'checkpoint', seal: source.seal } : { kind: 'initial' };
}
