import type { JobStatus } from '../../core/protocol/api.js';
import { element, sayIfAny } from '../contribute/elements.js';
import { percent } from '../contribute/numbers.js';

/** The room's jobs, the newest first; one of them is looked at. */
export class JobsView {
  readonly #onChosen: (id: string) => void;
  readonly #buttons = new Map<string, HTMLButtonElement>();

  constructor(onChosen: (id: string) => void) {
    this.#onChosen = onChosen;
  }

  show(jobs: readonly JobStatus[], chosen: string | undefined): void {
    sayIfAny('no-jobs', jobs.length === 0 ? 'None yet. Hand one in below.' : '');
    const list = element('job-list', HTMLUListElement);
    const ids = new Set(jobs.map(({ id }) => id));
    for (const [id, button] of this.#buttons) {
      if (ids.has(id)) continue;
      button.parentElement?.remove();
      this.#buttons.delete(id);
    }
    for (const job of jobs) {
      const button = this.#buttons.get(job.id) ?? this.#add(list, job.id);
      const texts = [job.name, stateOf(job)];
      for (const [place, text] of texts.entries()) {
        const span = button.children[place];
        if (span && span.textContent !== text) span.textContent = text;
      }
      button.dataset.state = job.state;
      button.setAttribute('aria-current', String(job.id === chosen));
    }
  }

  #add(list: HTMLUListElement, id: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(document.createElement('span'), document.createElement('span'));
    button.addEventListener('click', () => this.#onChosen(id));
    const item = document.createElement('li');
    item.append(button);
    list.prepend(item);
    this.#buttons.set(id, button);
    return button;
  }
}

function stateOf({ state, progress }: JobStatus): string {
  return state === 'running' && progress ? percent(progress.step, progress.steps) : state;
}
