import type { Frame } from '../../core/watch/frames.js';
import { type Plane, planeOf, type Volume, volumeOf } from '../../core/watch/plane.js';
import type { Samples } from '../../core/watch/view.js';

/** What is made of a frame. */
export type Picture =
  | { readonly kind: 'plane'; readonly plane: Plane }
  | { readonly kind: 'volume'; readonly volume: Volume };

interface Waiting {
  readonly frame: Frame;
  readonly kind: Picture['kind'];
  readonly samples: Samples;
}

/** Makes pictures of frames, one at a time. Of frames that come faster than that, the newest is made next. */
export class FrameReader {
  readonly #onPicture: (picture: Picture) => void;
  #waiting: Waiting | undefined;
  /** Raised when something else is to be seen: what is being made then is of no use. */
  #subject = 0;
  #isReading = false;

  constructor(onPicture: (picture: Picture) => void) {
    this.#onPicture = onPicture;
  }

  came(waiting: Waiting): void {
    this.#waiting = waiting;
    if (!this.#isReading) void this.#readAll();
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = undefined;
    this.#subject += 1;
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    for (let next = this.#waiting; next; next = this.#waiting) {
      this.#waiting = undefined;
      const subject = this.#subject;
      // A slice that is torn is one picture less.
      const picture = await pictureOf(next).catch(() => undefined);
      if (picture && subject === this.#subject) this.#onPicture(picture);
    }
    this.#isReading = false;
  }
}

async function pictureOf({ frame, kind, samples }: Waiting): Promise<Picture> {
  switch (kind) {
    case 'plane':
      return { kind, plane: await planeOf(frame, samples) };
    case 'volume':
      return { kind, volume: await volumeOf(frame, samples) };
  }
}
