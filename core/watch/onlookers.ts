import type { EngineKind, EngineShard, StateArray } from '../../shaders/engine.js';
import { type Box, cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { placesOf } from '../job/states.js';
import type { Links } from '../links/links.js';
import type { PeerId } from '../protocol/plan.js';
import { Audience, type Looker } from './audience.js';
import { Budget } from './budget.js';
import type { LookMessage } from './messages.js';
import { fitsSlice, writeSlice } from './slice.js';
import { type PlanePart, partIn, sampled } from './view.js';

/**
 * Of a device's time, for all viewers together. Where the processor computes, what viewers get is taken from the run; a GPU's
 * processor has little else to do.
 */
const SHARE: Record<EngineKind, number> = { wasm: 0.01, webgpu: 0.2 };

/**
 * What a slice takes of a processor, as estimated for a core of a server of 2023: the message, its cells as the engine copies
 * them, its samples quantised and compressed, its bytes sent (17 MB/s). A clock would also count what other work was done between.
 */
const SECONDS = { slice: 3e-4, cell: 2e-9, sample: 6e-9, byte: 60e-9 };

export interface OnlookersTools {
  readonly engine: { readonly kind: EngineKind };
  readonly links: Pick<Links, 'to'>;
  /** Seconds, from any start. */
  readonly now: () => number;
}

/** A shard, as of a step that it has been asked to reach. */
export interface Sight {
  readonly plan: { readonly id: number };
  readonly job: Job;
  readonly box: Box;
  readonly shard: Pick<EngineShard, 'read'>;
}

/** What a shard holds of a plane. */
interface Part extends PlanePart {
  readonly array: StateArray;
}

interface Shown {
  readonly part: Part;
  readonly plan: number;
  readonly step: number;
  readonly cells: Promise<Float32Array>;
}

/** Shows viewers what this peer holds, as often as they ask and as little of its time as `SHARE` allows. */
export class Onlookers {
  readonly #tools: OnlookersTools;
  readonly #audience = new Audience();
  readonly #budget: Budget;

  constructor(tools: OnlookersTools) {
    this.#tools = tools;
    this.#budget = new Budget(SHARE[tools.engine.kind], tools.now);
  }

  /** A viewer asks. @throws ProtocolError where it may not. */
  heard(viewer: PeerId, look: LookMessage): void {
    this.#audience.heard(viewer, look);
  }

  keepOnly(present: { has(viewer: PeerId): boolean }): void {
    this.#audience.keepOnly(present);
  }

  lost(viewer: PeerId): void {
    this.#audience.lost(viewer);
  }

  /**
   * The engine has been asked for all steps up to `step`, and for none beyond: whoever is due a slice gets the cells as of then.
   * `before` is the step at which this was called last. The engine is asked at once and not waited for; what fails is a
   * slice that nobody sees.
   */
  passed(sight: Sight, before: number, step: number): void {
    for (const looker of this.#audience.due(before, step)) {
      const part = this.#partFor(looker, sight);
      if (!part || !this.#budget.isLeft) continue;
      looker.credit -= 1;
      this.#budget.spend(SECONDS.slice + cellCount(part.box) * SECONDS.cell);
      const cells = sight.shard.read([{ ...part.array, box: part.box }]);
      this.#show(looker, { part, plan: sight.plan.id, step, cells }).catch(() => {
        looker.credit += 1;
      });
    }
  }

  /** Undefined where the shard holds nothing of the plane, or the viewer asks for what this job has not. */
  #partFor({ look: { plane, state } }: Looker, { job, box }: Sight): Part | undefined {
    const place = [...placesOf(job.components, job.model.model.fields).values()][state];
    const part = partIn(plane, job.grid.shape, box);
    if (!place || !part || !fitsSlice(part.samples)) return undefined;
    const { component, field } = place;
    return { ...part, array: { component, field: field.name, level: 'now' } };
  }

  async #show({ viewer, look }: Looker, { part, plan, step, cells }: Shown): Promise<void> {
    const values = sampled(await cells, part, look.plane);
    const message = await writeSlice({ step, values, ...part.samples }, { plan, view: look.view });
    this.#budget.spend(values.length * SECONDS.sample + message.content.byteLength * SECONDS.byte);
    await (await this.#tools.links.to(viewer)).send(message);
  }
}
