import type { RunEvent, RunEvents } from '../../core/protocol/api.js';

/** Events kept: some hours of a run with peers that come and go; a few hundred kB. */
const MOST_EVENTS = 2_000;

export interface EventsAsked {
  /** Number of the last event that is known already; 0 asks for all. */
  readonly after: number;
  /** Events of this job alone. */
  readonly job?: string | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** What happened in a room lately, numbered, for people who follow its runs. The oldest are forgotten. */
export class RunLog {
  readonly #events: RunEvent[] = [];
  #last = 0;

  /** `details.job`, or `details.sweep`, is the job that it happened to. */
  add(event: string, details: object): void {
    const { job: of, sweep, ...rest } = details as { readonly job?: unknown; readonly sweep?: unknown };
    const job = of ?? sweep;
    this.#events.push({
      number: ++this.#last,
      at: new Date().toISOString(),
      event,
      ...(typeof job === 'string' && { job }),
      details: rest,
    });
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  read({ after, job, limit }: EventsAsked): RunEvents {
    const events = this.#events
      .filter((event) => event.number > after && (job === undefined || event.job === job))
      .slice(0, limit);
    return { events, last: events.length < limit ? this.#last : (events.at(-1)?.number ?? this.#last) };
  }
}
