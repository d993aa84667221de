/** Numbers that change more often than this cannot be read, and painting takes time from the computation. */
const SHORTEST_MS = 200;

/** Paints what changes often now and then. */
export class Repaint {
  readonly #paint: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#paint();
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), SHORTEST_MS);
  }
}
