import { randomInt } from 'node:crypto';
import { INSPECT_WITHIN_MS } from '../../core/protocol/limits.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { WaveFormat } from '../../shaders/engine.js';
import type { Member } from '../room/conductor.js';
import { classInJob } from './class-in-job.js';
import type { Known } from './parties.js';

/** Of its time, a peer that computes a shard spends so much on spans of others. */
const SHARE_BESIDE_A_SHARD = 0.1;

/** Of the time that an answer is waited for, a span is expected to take so much at most: devices do other things too. */
const SHARE_OF_PATIENCE = 0.5;

/** A peer that computes a span of another again. */
export interface Inspector {
  readonly member: Member;
  readonly known: Known;
}

/** What a peer does in the run, inspections aside. */
export type Duty = 'none' | 'shard' | 'shadow' | 'leaving';

/** Who is not asked for more: a shadow checks a peer already, by computing beside it. */
const BEYOND_DUTY: ReadonlySet<Duty> = new Set(['shadow', 'leaving']);

export interface InspectorsTools {
  readonly members: () => readonly Member[];
  /** Undefined of one that may not compute. */
  readonly knownOf: (peer: PeerId) => Known | undefined;
  readonly dutyOf: (peer: PeerId) => Duty;
  /** Another peer is asked, or one no more. */
  readonly onChange: () => void;
  /** Milliseconds, from any start. */
  readonly now?: () => number;
}

/** A span that somebody is to compute again. */
export interface Inspectable {
  readonly job: string;
  readonly cellUpdates: number;
  /** What the job lets waves be kept in. */
  readonly keepWavesIn: WaveFormat;
  /** Whose it is, under its class in the job. */
  readonly of: Known;
}

/** Who of a room may compute spans of others again, and who does it now. */
export class Inspectors {
  readonly #tools: InspectorsTools;
  readonly #now: () => number;
  readonly #busy = new Set<PeerId>();
  /** When peers that have a shard may be asked again. */
  readonly #restsUntil = new Map<PeerId, number>();
  /** By peer, the job whose spans it could not compute. */
  readonly #unable = new Map<PeerId, string>();
  /** By peer, the job of which it was last asked for a span. */
  readonly #asked = new Map<PeerId, string>();
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(tools: InspectorsTools) {
    this.#tools = tools;
    this.#now = tools.now ?? (() => performance.now());
  }

  /**
   * One of another owner and key whose bits are those of the span's peer, drawn by chance: of those without a shard, or, where there are none
   * such, of all that have not spent their share of time. Waits while all without a shard are busy. Undefined where nobody is fit, and once it
   * is closed.
   */
  async take(span: Inspectable): Promise<Inspector | undefined> {
    while (!this.#isClosed) {
      const fit = this.#fitFor(span);
      const idle = fit.filter(({ member }) => this.#tools.dutyOf(member.id) === 'none');
      const free = (idle.length > 0 ? idle : fit).filter(({ member }) => this.#isFree(member.id));
      if (free.length > 0) return this.#send(free[randomInt(free.length)] as Inspector, span);
      if (idle.length === 0) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return undefined;
  }

  /** Nobody is asked any more, and nobody waited for. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** It has answered, or is not waited for any more. `took`: milliseconds since it was asked. */
  release({ member }: Inspector, took: number): void {
    this.#busy.delete(member.id);
    if (this.#tools.dutyOf(member.id) === 'shard') {
      this.#restsUntil.set(member.id, this.#now() + took * (1 / SHARE_BESIDE_A_SHARD - 1));
    }
    this.#wake();
  }

  /** It cannot compute spans of a job, or not in time: it is asked for none of them any more. */
  cannot({ member }: Inspector, job: string): void {
    this.#unable.set(member.id, job);
    this.#tools.onChange();
  }

  /** Whether a peer is asked for spans of a job. */
  serves(peer: PeerId, job: string): boolean {
    return this.#asked.get(peer) === job && this.#unable.get(peer) !== job;
  }

  lost(peer: PeerId): void {
    for (const notes of [this.#busy, this.#restsUntil, this.#unable, this.#asked]) notes.delete(peer);
    this.#wake();
  }

  #fitFor({ job, cellUpdates, keepWavesIn, of }: Inspectable): Inspector[] {
    const longest = (SHARE_OF_PATIENCE * INSPECT_WITHIN_MS) / 1000;
    return this.#tools.members().flatMap((member) => {
      const known = this.#tools.knownOf(member.id);
      const isFit =
        known !== undefined &&
        known.party.owner !== of.party.owner &&
        known.key !== of.key &&
        classInJob(keepWavesIn, known.numericalClass, member.ability) === of.numericalClass &&
        cellUpdates / member.ability.rate <= longest &&
        !BEYOND_DUTY.has(this.#tools.dutyOf(member.id)) &&
        this.#unable.get(member.id) !== job &&
        !member.isAway();
      return isFit ? [{ member, known }] : [];
    });
  }

  #isFree(peer: PeerId): boolean {
    return !this.#busy.has(peer) && (this.#restsUntil.get(peer) ?? 0) <= this.#now();
  }

  #send(inspector: Inspector, { job }: Inspectable): Inspector {
    const { id } = inspector.member;
    this.#busy.add(id);
    const isNew = this.#asked.get(id) !== job;
    this.#asked.set(id, job);
    if (isNew) this.#tools.onChange();
    return inspector;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}
