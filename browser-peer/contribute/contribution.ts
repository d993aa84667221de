import type { Circumstances } from './circumstances.js';
import type { Hold } from './hold.js';
import { permissionOf } from './permission.js';
import { Stint, type StintEnd, type StintListener, type StintTools } from './stint.js';
import type { Terms } from './terms.js';

/**
 * One visitor's contribution, from the consent to the end: a stint, as long as the terms allow it, then a pause, and so on. For a
 * pause it leaves the room, so that its cells are in other hands and no run waits for it; after it, it comes as anew.
 */
export class Contribution {
  readonly #tools: StintTools;
  readonly #listener: StintListener;
  #terms: Terms;
  #circumstances: Circumstances;
  #paused = false;
  #ending = false;
  /** The stint was ended by us, and another follows. */
  #again = false;
  #stint: Stint | undefined;
  #stir = () => {};

  constructor(tools: StintTools, listener: StintListener, terms: Terms, circumstances: Circumstances) {
    this.#tools = tools;
    this.#listener = listener;
    this.#terms = terms;
    this.#circumstances = circumstances;
  }

  /** Resolves when it has ended for good. */
  async run(): Promise<StintEnd> {
    while (!this.#ending) {
      const hold = this.#hold;
      if (hold) {
        await this.#pause(hold);
        continue;
      }
      const { engine, share } = this.#terms;
      this.#again = false;
      this.#stint = new Stint(this.#tools, this.#listener, share / 100);
      const end = await this.#stint.run(engine);
      this.#stint = undefined;
      if (end.kind === 'unable' || this.#ending || !this.#again) return end;
    }
    return { kind: 'left', reason: 'You stopped it' };
  }

  pause(): void {
    this.#paused = true;
    this.#follow();
  }

  goOn(): void {
    this.#paused = false;
    this.#follow();
  }

  leave(): void {
    this.#ending = true;
    this.#stint?.stop();
    this.#stir();
  }

  /** A device that is to compute by another engine begins anew. */
  setTerms(terms: Terms): void {
    const before = this.#terms;
    this.#terms = terms;
    if (terms.share !== before.share) this.#stint?.limitTo(terms.share / 100);
    if (terms.engine !== before.engine) this.#interrupt();
    this.#follow();
  }

  setCircumstances(circumstances: Circumstances): void {
    this.#circumstances = circumstances;
    this.#follow();
  }

  get #hold(): Hold | undefined {
    if (this.#paused) return { by: 'visitor' };
    const permission = permissionOf(this.#terms, this.#circumstances);
    return permission.kind === 'granted' ? undefined : { by: 'terms', reason: permission.reason };
  }

  /** Resolves when something has changed. */
  async #pause(hold: Hold): Promise<void> {
    this.#listener.onState({ kind: 'paused', ...hold });
    await new Promise<void>((resolve) => {
      this.#stir = resolve;
    });
  }

  #follow(): void {
    if (this.#hold) this.#interrupt();
    this.#stir();
  }

  #interrupt(): void {
    this.#again = true;
    this.#stint?.stop();
  }
}
