import type { Frame } from '../../core/watch/frames.js';
import { type Plane, planeOf } from '../../core/watch/plane.js';
import type { Samples } from '../../core/watch/view.js';

/** Makes planes of frames, one at a time. Of frames that come faster than that, the newest is made next. */
export class PlaneReader {
  readonly #onPlane: (plane: Plane) => void;
  #waiting: { readonly frame: Frame; readonly samples: Samples } | undefined;
  #isReading = false;

  constructor(onPlane: (plane: Plane) => void) {
    this.#onPlane = onPlane;
  }

  came(frame: Frame, samples: Samples): void {
    this.#waiting = { frame, samples };
    if (!this.#isReading) void this.#readAll();
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = undefined;
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    for (let next = this.#waiting; next; next = this.#waiting) {
      this.#waiting = undefined;
      // A slice that is torn is one picture less.
      const plane = await planeOf(next.frame, next.samples).catch(() => undefined);
      if (plane) this.#onPlane(plane);
    }
    this.#isReading = false;
  }
}
