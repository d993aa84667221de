import { TakenOverError } from '../../core/errors.js';
import type { JobOrSweep } from '../../core/job/whole-sweep.js';
import type { RoomJob } from '../../core/protocol/document.js';
import { Background } from './background.js';
import { Notice, shownReason } from './notice.js';
import type { End, RunTools } from './run-tools.js';

/** How often progress is published, and looked for what is overdue. */
const TICK_MS = 500;

/** What a run may be busy with, while peers compute. */
type Busy = { readonly kind: 'running' | 'sharing' };

type Phase<B extends Busy> =
  /** It is found out what the store has of it. */
  | { readonly kind: 'opening'; readonly reason?: string }
  /** For peers. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | B
  /** All is computed and stored; the result is made complete. */
  | { readonly kind: 'finishing' }
  | ({ readonly kind: 'ended' } & End);

/** What a run does of its own at the turns of its life. */
export interface Living<B extends Busy> {
  /** What it waits for beside its peers, in words. */
  readonly hindrance: () => string | undefined;
  /** The time has come to look how it gets on: twice a second until it ends. */
  readonly look: () => void;
  /** It is about to end because somebody wants it to, or something broke: what is done so far is to be known. */
  readonly recordSoFar?: () => void;
  /** It has ended; `before` says where it was. */
  readonly left: (before: Phase<B>) => void;
}

/**
 * The life of a run, be it of a job or a sweep: which phase it is in, what the room's document says of that, how it ends and
 * what is recorded of its end. It owns what goes on by itself.
 *
 * ```
 * opening ──▶ waiting ◀──▶ busy ──▶ finishing ──▶ ended
 * ```
 *
 * A run that has gone back is opening again. From everywhere it may end.
 */
export class Life<B extends Busy> {
  readonly #tools: Pick<RunTools, 'onChange' | 'recordEnd'>;
  readonly #living: Living<B>;
  readonly #notice: Notice;
  readonly #background = new Background((error) => this.broken(error));
  readonly #tick: NodeJS.Timeout;
  #phase: Phase<B> = { kind: 'opening' };

  constructor(
    id: string,
    work: Pick<JobOrSweep, 'file'>,
    tools: Pick<RunTools, 'document' | 'log' | 'onChange' | 'recordEnd'>,
    living: Living<B>,
  ) {
    this.#tools = tools;
    this.#living = living;
    this.#notice = new Notice(tools.document, id, work, tools.log);
    this.#tick = setInterval(living.look, TICK_MS);
  }

  get phase(): Phase<B> {
    return this.#phase;
  }

  get ended(): boolean {
    return this.#phase.kind === 'ended';
  }

  /** As the document and whoever asks for the job's status have it. */
  get state(): RoomJob['state'] {
    switch (this.#phase.kind) {
      case 'opening':
      case 'waiting':
        return 'waiting';
      case 'ended':
        return this.#phase.state;
      default:
        return 'running';
    }
  }

  /** Why it is in that state, where there is something to say. */
  get reason(): string | undefined {
    const reason = 'reason' in this.#phase ? this.#phase.reason : undefined;
    return shownReason(reason ?? (this.ended ? undefined : this.#living.hindrance()));
  }

  enter(phase: Exclude<Phase<B>, { readonly kind: 'opening' | 'ended' }>): void {
    this.#turn(phase);
  }

  /** Opens again. The document says nothing of it before it is known how the run goes on. */
  reopen(reason: string): void {
    this.#phase = { kind: 'opening', reason };
  }

  /** Tells the document what has changed of the state or its reason. */
  show(): void {
    this.#notice.show(this.state, this.reason);
  }

  /** Somebody else has written to the document meanwhile: what it says is told again with the next change. */
  forgetShown(): void {
    this.#notice.forget();
  }

  /** Owns work that goes on by itself. Where it fails, the run ends. */
  keep(work: Promise<void>): void {
    this.#background.keep(work);
  }

  /** Something that the run cannot do without has failed. */
  broken(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof TakenOverError)) this.end({ state: 'failed', reason });
    // It has not ended: another coordinator goes on with it.
    else if (!this.ended) this.leave({ state: 'stopped', reason });
  }

  /** Ends the job or sweep for good, or until somebody resumes it. */
  end(end: End): void {
    if (this.ended) return;
    this.#living.recordSoFar?.();
    this.leave(end);
    this.keep(this.record(end));
  }

  /** Ends the run, unless it has ended; whoever starts the coordinator again goes on with what it was of. */
  suspend(reason: string): void {
    if (this.ended) return;
    this.#living.recordSoFar?.();
    this.leave({ state: 'stopped', reason });
  }

  /** Ends the run. Without a record of its end, what it was of may go on. */
  leave(end: End): void {
    const before = this.#phase;
    clearInterval(this.#tick);
    this.#turn({ kind: 'ended', ...end });
    this.#living.left(before);
  }

  /** Resolves when the store knows how it ended. */
  record(end: End): Promise<void> {
    return this.#tools.recordEnd(end);
  }

  /** Resolves when nothing of what it owns goes on any more. */
  settled(): Promise<void> {
    return this.#background.ended();
  }

  #turn(phase: Phase<B>): void {
    this.#phase = phase;
    this.show();
    this.#tools.onChange();
  }
}
