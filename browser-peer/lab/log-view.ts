import type { RunEvent } from '../../core/protocol/api.js';
import { eventInWords } from '../../core/protocol/event-words.js';
import { element, show } from '../contribute/elements.js';

/** Rows kept: what is older is in the coordinator's log. */
const MOST_ROWS = 500;

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** What happened in the room, the newest first. */
export class LogView {
  #last = 0;

  /** Number of the newest event that was told. */
  get last(): number {
    return this.#last;
  }

  /** What is news of it. */
  add(events: readonly RunEvent[], last: number): readonly RunEvent[] {
    // A coordinator that was started again counts anew.
    if (last < this.#last) {
      this.#last = 0;
      return [];
    }
    const body = element('log-rows', HTMLElement);
    for (const event of events) body.prepend(rowOf(event));
    while (body.childElementCount > MOST_ROWS) body.lastElementChild?.remove();
    show('no-log', body.childElementCount === 0);
    show('log-table', body.childElementCount > 0);
    this.#last = last;
    return events;
  }
}

function rowOf(event: RunEvent): HTMLTableRowElement {
  const row = document.createElement('tr');
  for (const text of [time.format(new Date(event.at)), event.job ?? '', eventInWords(event)]) {
    row.appendChild(document.createElement('td')).textContent = text;
  }
  return row;
}
