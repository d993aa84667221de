import type { JobStatus, RunEvent } from '../../core/protocol/api.js';
import { eventInWords } from '../../core/protocol/event-words.js';
import { element, say, show } from '../contribute/elements.js';
import { count } from '../contribute/numbers.js';
import { fillRows } from './rows.js';

/** What tells of peers that did not do what they should. */
const SHUT_OUT: ReadonlySet<string> = new Set(['found-out', 'withheld', 'benched']);
const MOST_ROWS = 50;

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Who was shut out and why, how far the run has been checked, and whether the store takes what is computed. */
export class TrustView {
  #events: readonly RunEvent[] = [];
  /** Why the store keeps the room waiting, as it was told last. */
  #storeTrouble: string | undefined;

  /** Events that have not been told before. */
  add(events: readonly RunEvent[]): void {
    const bad = events.filter(({ event }) => SHUT_OUT.has(event)).reverse();
    this.#events = [...bad, ...this.#events].slice(0, MOST_ROWS);
    const store = events.findLast(({ event }) => event === 'store');
    if (store) this.#storeTrouble = reasonIn(store);
  }

  show(job: JobStatus | undefined): void {
    say('checked', checkedWords(job));
    say('store-state', storeWords(job, this.#storeTrouble));
    show('shut-out-table', this.#events.length > 0);
    show('nobody-out', this.#events.length === 0);
    const rows = this.#events.map((event) => [time.format(new Date(event.at)), eventInWords(event)]);
    fillRows(element('shut-out-rows', HTMLElement), rows);
  }
}

function reasonIn({ details: { reason } }: RunEvent): string | undefined {
  return typeof reason === 'string' ? reason : undefined;
}

function checkedWords(job: JobStatus | undefined): string {
  if (!job?.progress) return '';
  const { state } = job;
  const { vetted, steps, members, unseen } = job.progress;
  if (members)
    return 'Samples of a sweep’s members are computed again, where peers are checked; until it is complete, all are provisional.';
  // A run without a plan has nobody to check just now.
  if (vetted === undefined)
    return state === 'running' || state === 'done' ? 'What peers compute for this job is not checked.' : '';
  const checked =
    state === 'done' && vetted >= steps
      ? 'All of it is signed and compared, and samples of it were computed again.'
      : `Checked up to step ${count(vetted)} of ${count(steps)}; what comes after it is provisional.`;
  if (!unseen) return checked;
  if (state !== 'running')
    return `${checked} Some shards were too large to be computed again, and without a shadow of another owner: what was computed there is believed.`;
  const shards = unseen.length === 1 ? 'One shard is' : `${count(unseen.length)} shards are`;
  return `${checked} ${shards} too large to be computed again, and without a shadow of another owner: what is computed there is believed.`;
}

function storeWords(job: JobStatus | undefined, trouble: string | undefined): string {
  const waits = job?.reason?.match(/waits for the store: (.*)$/)?.[1] ?? trouble;
  if (waits !== undefined) return `The store fails, and is asked again: ${waits}`;
  if (job?.state === 'done') return 'The store works; the result is complete in it.';
  const checkpoint = job?.progress && !job.progress.members ? job.progress.checkpoint : undefined;
  if (checkpoint === 0) return 'The store works; no checkpoint of this job is in it yet.';
  return checkpoint === undefined
    ? 'The store works.'
    : `The store works; step ${count(checkpoint)} is safe in it.`;
}
