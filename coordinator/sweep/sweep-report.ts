import type { WholeSweep } from '../../core/job/whole-sweep.js';
import type { Progress } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { RateMeter } from '../../core/protocol/rate-meter.js';
import type { Member } from '../room/conductor.js';
import type { MemberDesk } from './member-desk.js';

/** Long enough to hold several members of each peer, short enough to follow a change. */
const RATE_WINDOW_SECONDS = 5;

/** What one peer gave to a sweep. */
export interface SweepContribution {
  readonly name: string;
  readonly engine: string;
  readonly device: string;
  cellUpdates: number;
  computeSeconds: number;
  members: number;
}

type Over = Pick<MemberDesk, 'done' | 'failed' | 'running'>;

/** What of a sweep has been computed, for people and for the result's attributes. */
export class SweepReport {
  readonly #sweep: WholeSweep;
  readonly #meter = new RateMeter(RATE_WINDOW_SECONDS);
  readonly #contributions = new Map<PeerId, SweepContribution>();
  #recorded = 0;

  constructor(sweep: WholeSweep) {
    this.#sweep = sweep;
  }

  get contributions(): readonly SweepContribution[] {
    return [...this.#contributions.values()];
  }

  finished(
    { id, name, ability: { engine, device } }: Member,
    { cellUpdates, computeSeconds }: { readonly cellUpdates: number; readonly computeSeconds: number },
  ): void {
    const fresh = { name, engine, device, cellUpdates: 0, computeSeconds: 0, members: 0 };
    const contribution = this.#contributions.get(id) ?? fresh;
    contribution.cellUpdates += cellUpdates;
    contribution.computeSeconds += computeSeconds;
    contribution.members += 1;
    this.#contributions.set(id, contribution);
    this.#meter.add(seconds(), cellUpdates);
  }

  /** The peer was found out. */
  foundOut(peer: PeerId): void {
    this.#contributions.delete(peer);
  }

  /** What is over lies in the store as such. */
  recorded(over: Pick<Over, 'done' | 'failed'>): void {
    this.#recorded = this.#stepsOver(over);
  }

  /** `peers`: those that compute. */
  progress(over: Over, peers: number): Progress {
    const { count, members } = this.#sweep;
    const rate = this.#meter.rate(seconds());
    const isOver = overOf(over);
    const left = members.reduce((sum, { updates }, index) => (isOver(index) ? sum : sum + updates), 0);
    return {
      step: this.#stepsOver(over),
      steps: members.reduce((sum, { steps }) => sum + steps, 0),
      rate,
      secondsLeft: rate > 0 ? left / rate : null,
      peers,
      checkpoint: this.#recorded,
      haloBytesDirect: 0,
      haloBytesRelayed: 0,
      members: { count, done: over.done.size, failed: over.failed.length, running: over.running },
    };
  }

  #stepsOver(over: Pick<Over, 'done' | 'failed'>): number {
    const isOver = overOf(over);
    return this.#sweep.members.reduce((sum, { steps }, index) => (isOver(index) ? sum + steps : sum), 0);
  }
}

function overOf({ done, failed }: Pick<Over, 'done' | 'failed'>): (member: number) => boolean {
  const given = new Set(failed.map(({ member }) => member));
  return (member) => done.has(member) || given.has(member);
}

const seconds = () => performance.now() / 1000;
