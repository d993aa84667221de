import type { EngineKind, EngineShard, StateArray } from '../../shaders/engine.js';
import { type Box, cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { placesOf } from '../job/states.js';
import type { Links } from '../links/links.js';
import type { PeerId } from '../protocol/plan.js';
import { Audience, type Looker } from './audience.js';
import { Budget } from './budget.js';
import type { LookMessage } from './messages.js';
import { boxesOf, sampled } from './reading.js';
import { fitsSlice, writeSlice } from './slice.js';
import { partIn, type ViewedPart } from './view.js';

/**
 * Of a device's time, for all viewers together. `engine`: of what computes; while it hands out cells, it makes no steps. `core`: of one core of the
 * processor. Where every core computes, that is taken from the run as well; a core that computing leaves does little else than to exchange halos.
 */
const SHARES = { spareCore: { engine: 0.015, core: 0.2 }, allCompute: { engine: 0.01, core: 0.01 } };

/**
 * Seconds that a slice takes, as measured on a core of a server of 2023: its cells as the engine copies them (box: that it is asked for; row: along x), its samples quantised
 * and packed, its bytes as libdatachannel sends them. A clock would also count what other work was done between.
 */
const ENGINE = { box: 1.5e-6, row: 10e-9, cell: 1.7e-9 };
const CORE = { slice: 1e-4, sample: 9e-9, byte: 22e-9 };

export interface OnlookersTools {
  readonly engine: { readonly kind: EngineKind };
  /** Whether computing leaves a core of the processor. It does where a GPU computes, whatever is said here. */
  readonly sparesCore?: boolean;
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

/** What a shard holds of a plane or a volume. */
interface Part extends ViewedPart {
  readonly array: StateArray;
}

interface Shown {
  readonly part: Part;
  readonly plan: number;
  readonly step: number;
  readonly cells: Promise<Float32Array>;
}

/** Shows viewers what this peer holds, as often as they ask and in as little of its time as they may have. */
export class Onlookers {
  readonly #tools: OnlookersTools;
  readonly #audience = new Audience();
  readonly #engineTime: Budget;
  readonly #coreTime: Budget;

  constructor(tools: OnlookersTools) {
    this.#tools = tools;
    const sparesCore = tools.sparesCore || tools.engine.kind === 'webgpu';
    const { engine, core } = sparesCore ? SHARES.spareCore : SHARES.allCompute;
    this.#engineTime = new Budget(engine, tools.now);
    this.#coreTime = new Budget(core, tools.now);
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
      if (!part || !this.#engineTime.isLeft || !this.#coreTime.isLeft) continue;
      looker.credit -= 1;
      const boxes = boxesOf(looker.look.viewed, part);
      this.#engineTime.spend(boxes.reduce((seconds, box) => seconds + readingSeconds(box), 0));
      this.#coreTime.spend(CORE.slice);
      const cells = sight.shard.read(boxes.map((box) => ({ ...part.array, box })));
      this.#show(looker, { part, plan: sight.plan.id, step, cells }).catch(() => {
        looker.credit += 1;
      });
    }
  }

  /** Undefined where the shard holds nothing of what is seen, or the viewer asks for what this job has not. */
  #partFor({ look: { viewed, state } }: Looker, { job, box }: Sight): Part | undefined {
    const place = [...placesOf(job.components, job.model.model.fields).values()][state];
    const part = partIn(viewed, job.grid.shape, box);
    if (!place || !part || !fitsSlice(part.samples, viewed)) return undefined;
    const { component, field } = place;
    return { ...part, array: { component, field: field.name, level: 'now' } };
  }

  async #show({ viewer, look }: Looker, { part, plan, step, cells }: Shown): Promise<void> {
    const values = sampled(await cells, look.viewed, part);
    const message = await writeSlice({ step, values, ...part.samples }, { plan, view: look.view });
    this.#coreTime.spend(values.length * CORE.sample + message.content.byteLength * CORE.byte);
    await (await this.#tools.links.to(viewer)).send(message);
  }
}

/** Cells lie together in rows along x. */
function readingSeconds(box: Box): number {
  const cells = cellCount(box);
  return ENGINE.box + (cells / (box.hi[2] - box.lo[2])) * ENGINE.row + cells * ENGINE.cell;
}
