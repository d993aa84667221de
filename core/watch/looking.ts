import type { Job } from '../job/job.js';
import { placesOf } from '../job/states.js';
import type { Links } from '../links/links.js';
import { MAX_LOOK_CREDIT } from '../protocol/limits.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import { Audience } from './audience.js';
import { type Frame, Frames } from './frames.js';
import type { LookMessage, SliceMessage } from './messages.js';
import { Pace } from './pace.js';
import { partIn, type Samples, type Sight, sameSamples, samplesIn, type Viewed, viewedBox } from './view.js';

/** Credit is given back when so many slices have come: one message for several. */
const GIVE_BACK = MAX_LOOK_CREDIT / 4;

/** So many slices from each source, and no frame whole among them: the sources are out of step. */
const LONELY = 3;

export interface LookingTools {
  readonly links: Pick<Links, 'to'>;
  /** Seconds, from any start. */
  readonly now: () => number;
  readonly onFrame: (frame: Frame) => void;
}

export interface Sought {
  readonly view: Sight;
  readonly job: Job;
  readonly exchangeEvery: number;
  readonly epoch: number;
  /** Seconds that a step takes, as far as the room says: of it the first frames are asked for no oftener than wanted. */
  readonly stepSeconds?: number | undefined;
  /** Who is asked: peers that hold parts of the plane, or the viewer that passes frames on. */
  readonly sources: readonly PeerId[];
}

/** The samples of a plane or a volume in a job's grid; none where the job has no such plane or state. */
export function samplesOf(view: Sight, job: Job): Samples | undefined {
  const box = stateOf(view, job) < 0 ? undefined : viewedBox(view, job.grid.shape);
  return box && samplesIn(view, box);
}

/** Those of a plan's peers that hold a part of what is seen. */
export function holdersOf(view: Sight, job: Job, plan: Plan): PeerId[] {
  return plan.shards
    .filter(({ box }) => partIn(view, job.grid.shape, box) !== undefined)
    .map(({ peer }) => peer);
}

const stateOf = ({ state }: Sight, job: Job) =>
  [...placesOf(job.components, job.model.model.fields).keys()].indexOf(state);

const viewedOf = (view: Sight): Viewed => {
  const { stride } = view;
  return view.axis === 'all' ? { axis: 'all', stride } : { axis: view.axis, at: view.at, stride };
};

interface Source {
  /** Steps that came since credit was given back. */
  came: number;
  step: number;
}

/** Steps from frame to frame, before any has come. */
const firstEvery = ({ view, epoch, stepSeconds }: Sought) =>
  stepSeconds ? Math.max(epoch, 1 / (view.rate * stepSeconds)) : epoch;

/** Asks for one plane or volume, puts together what comes, and passes whole frames on to viewers that ask here. */
export class Looking {
  readonly #tools: LookingTools;
  readonly #audience = new Audience();
  #number = 0;
  #sought: Sought | undefined;
  #frames: Frames | undefined;
  #pace: Pace | undefined;
  readonly #sources = new Map<PeerId, Source>();
  /** Slices that came since a frame was whole. */
  #alone = 0;
  /** The frame that was passed on last. */
  #passed = { plan: 0, step: -1 };

  constructor(tools: LookingTools) {
    this.#tools = tools;
  }

  /** Asks those sources from now on, and nobody else. What came from others before is forgotten. */
  seek(sought: Sought | undefined): void {
    const samples = sought && samplesOf(sought.view, sought.job);
    this.#sought = samples ? sought : undefined;
    this.#sources.clear();
    if (!sought || !samples) return;
    this.#number += 1;
    this.#frames = new Frames(samples);
    this.#pace = new Pace(sought.view.rate, firstEvery(sought), this.#tools.now);
    for (const source of sought.sources) {
      this.#sources.set(source, { came: 0, step: -1 });
      this.#ask(source, MAX_LOOK_CREDIT);
    }
  }

  /** Frames a second that are wanted: the most that anybody who is served by this one wants. */
  set rate(rate: number) {
    if (this.#pace) this.#pace.rate = rate;
  }

  /** Another viewer asks. @throws ProtocolError where too many do. */
  asked(viewer: PeerId, look: LookMessage): void {
    this.#audience.heard(viewer, look);
  }

  keepOnly(present: { has(peer: PeerId): boolean }): void {
    this.#audience.keepOnly(present);
  }

  lost(peer: PeerId): void {
    this.#audience.lost(peer);
  }

  /** A slice came. What was not asked for is passed over. */
  came(sender: PeerId, slice: SliceMessage): void {
    const source = this.#sources.get(sender);
    if (!source || slice.view !== this.#number || !this.#sought) return;
    // A frame that is passed on comes in several slices, and counts once.
    if (source.step !== slice.step) {
      source.step = slice.step;
      source.came += 1;
    }
    const frame = this.#frames?.add(slice);
    if (this.#paceChanges(frame, this.#sought.exchangeEvery)) this.#askAll();
    else if (source.came >= GIVE_BACK) this.#giveBack(sender, source);
    if (!frame) return;
    this.#passOn(frame);
    this.#tools.onFrame(frame);
  }

  #paceChanges(frame: Frame | undefined, exchangeEvery: number): boolean {
    this.#alone = frame ? 0 : this.#alone + 1;
    if (frame) return this.#pace?.came(frame.step, exchangeEvery) ?? false;
    if (this.#alone < LONELY * this.#sources.size) return false;
    this.#alone = 0;
    return this.#pace?.starved() ?? false;
  }

  /** All at once, so that all show the same steps. */
  #askAll(): void {
    for (const [sender, source] of this.#sources) this.#giveBack(sender, source);
  }

  #giveBack(sender: PeerId, source: Source): void {
    this.#ask(sender, Math.min(source.came, MAX_LOOK_CREDIT));
    source.came = 0;
  }

  #ask(source: PeerId, credit: number): void {
    const { links } = this.#tools;
    if (!this.#sought || !this.#pace) return;
    const { view, job } = this.#sought;
    const look: LookMessage = {
      type: 'look',
      view: this.#number,
      state: stateOf(view, job),
      viewed: viewedOf(view),
      every: this.#pace.every,
      credit,
    };
    // Who can't be reached shows nothing; the room says when it is gone.
    links
      .to(source)
      .then((link) => link.send(look))
      .catch(() => {});
  }

  #passOn({ plan, step, slices }: Frame): void {
    const before = plan === this.#passed.plan ? this.#passed.step : -1;
    this.#passed = { plan, step };
    if (!this.#sought) return;
    const { view, job } = this.#sought;
    for (const looker of this.#audience.due(before, step)) {
      const { viewed, state } = looker.look;
      if (!sameSamples(viewed, view) || state !== stateOf(view, job)) continue;
      looker.credit -= 1;
      void this.#send(looker.viewer, looker.look.view, slices);
    }
  }

  async #send(viewer: PeerId, view: number, slices: readonly SliceMessage[]): Promise<void> {
    try {
      const link = await this.#tools.links.to(viewer);
      for (const slice of slices) await link.send({ ...slice, view });
    } catch {
      // It has gone, or will ask again.
    }
  }
}
