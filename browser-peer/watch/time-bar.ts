import type { StoredAt } from '../../core/watch/stored.js';
import { element, say } from '../contribute/elements.js';
import { count } from './numbers.js';
import type { Seen } from './words.js';

export interface TimeBarTools {
  readonly onStored: (at: StoredAt) => void;
  readonly onLive: () => void;
  readonly onPause: (paused: boolean) => void;
}

/** Back through what is stored, and on to what is computed now. The space bar pauses. */
export class TimeBar {
  readonly #tools: TimeBarTools;
  #stored: readonly StoredAt[] = [];
  #isPaused = false;

  constructor(tools: TimeBarTools) {
    this.#tools = tools;
    element('time', HTMLInputElement).addEventListener('input', ({ target }) => {
      const at = this.#stored[(target as HTMLInputElement).valueAsNumber];
      if (at) tools.onStored(at);
    });
    element('live', HTMLButtonElement).addEventListener('click', () => tools.onLive());
    element('pause', HTMLButtonElement).addEventListener('click', () => this.#toggle());
    document.addEventListener('keydown', (event) => {
      // The volume takes the focus when it is touched, and has no use for the bar.
      const isFree = [document.body, element('volume-place', HTMLElement)].some((at) => at === event.target);
      if (event.key !== ' ' || !isFree || element('pause', HTMLButtonElement).disabled) return;
      event.preventDefault();
      this.#toggle();
    });
  }

  /** The snapshots that there are, in the order of their steps. */
  offer(stored: readonly StoredAt[]): void {
    const bar = element('time', HTMLInputElement);
    // The handle stays where the hand holds it.
    const isAtEnd = bar.valueAsNumber === Number(bar.max);
    this.#stored = stored;
    bar.max = String(Math.max(0, stored.length - 1));
    if (isAtEnd) bar.value = bar.max;
  }

  get last(): StoredAt | undefined {
    return this.#stored.at(-1);
  }

  show({
    seen,
    follows,
    isRunning,
    vetted,
  }: {
    readonly seen: Seen;
    readonly follows: 'live' | 'paused' | 'stored';
    readonly isRunning: boolean;
    /** Steps up to which all has been vetted; undefined where nothing waits for that. */
    readonly vetted: number | undefined;
  }): void {
    const bar = element('time', HTMLInputElement);
    bar.disabled = this.#stored.length === 0;
    const chosen = this.#stored.findIndex(({ step }) => seen.kind === 'stored' && step === seen.step);
    if (chosen >= 0) bar.value = String(chosen);
    bar.setAttribute(
      'aria-valuetext',
      chosen < 0 ? 'now' : `step ${count(seen.kind === 'stored' ? seen.step : 0)}`,
    );
    say(
      'time-label',
      this.#stored.length === 0
        ? 'No stored picture of this'
        : `Stored snapshots: ${count(this.#stored.length)}${this.#provisional(vetted)}`,
    );
    this.#isPaused = follows === 'paused';
    element('live', HTMLButtonElement).disabled = follows === 'live' || !isRunning;
    const pause = element('pause', HTMLButtonElement);
    pause.disabled = follows === 'stored' || !isRunning;
    pause.setAttribute('aria-pressed', String(this.#isPaused));
  }

  #provisional(vetted: number | undefined): string {
    const after = this.#stored.filter(({ step }) => vetted !== undefined && step > vetted).length;
    return after === 0 ? '' : `, ${count(after)} provisional`;
  }

  #toggle(): void {
    this.#tools.onPause(!this.#isPaused);
  }
}
