/**
 * Steps of which it is in doubt whether somebody made the field infinite in them. All spans that begin before the last of them are checked,
 * also when they are computed again, until that is safe; and until the run goes back nothing counts as vetted.
 */
export class DoubtedSteps {
  #isOpen = false;
  /** After which step the field is said to be infinite; 0 where it is not. */
  #last = 0;
  /** A span is to end where peers may go next, however short it is. */
  #endsSpanSoon = false;

  /** Whether somebody has said so since the run last went back. */
  get areOpen(): boolean {
    return this.#isOpen;
  }

  /** The field became infinite at `step`, as somebody says. */
  add(step: number): void {
    this.#isOpen = true;
    this.#last = Math.max(step, this.#last);
    this.#endsSpanSoon = true;
  }

  /** Whether a span that begins `from` a step is to be checked, whoever signed it. */
  concern(from: number): boolean {
    return from < this.#last;
  }

  /** Whether a span is to end now, so that what is in doubt is signed for: once. */
  takeEnd(): boolean {
    const endsSoon = this.#endsSpanSoon;
    this.#endsSpanSoon = false;
    return endsSoon;
  }

  /** All up to `step` is safe, and so finite. */
  stand(step: number): void {
    if (step >= this.#last) this.#last = 0;
  }

  /** The run goes back. */
  wentBack(): void {
    this.#isOpen = false;
    this.#endsSpanSoon = false;
  }
}
