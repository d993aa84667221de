import { element, say } from '../../contribute/elements.js';
import { type Turn, turnedBy } from './turn.js';

/** Degrees for each press of an arrow key. */
const STEP = 5;
/** Degrees for each pixel of a drag: across a picture, about half a turn. */
const A_PIXEL = 0.4;

const ARROWS: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

/** Turns the volume: by mouse or finger, by arrow keys while it has the focus, and by the two sliders of the form. */
export class Turning {
  #now: Turn;
  readonly #onTurn: (turn: Turn) => void;

  constructor(first: Turn, onTurn: (turn: Turn) => void) {
    this.#now = first;
    this.#onTurn = onTurn;
    const place = element('volume-place', HTMLElement);
    place.tabIndex = 0;
    place.addEventListener('pointerdown', ({ pointerId }) => place.setPointerCapture(pointerId));
    place.addEventListener('pointermove', ({ pointerId, movementX, movementY }) => {
      if (place.hasPointerCapture(pointerId)) this.#by(-movementX * A_PIXEL, movementY * A_PIXEL);
    });
    place.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      this.#by(...arrow);
    });
    for (const name of ['turn', 'tilt'] as const) {
      element(name, HTMLInputElement).addEventListener('input', ({ target }) =>
        this.#to({ ...this.#now, [name]: (target as HTMLInputElement).valueAsNumber }),
      );
    }
    this.#show();
  }

  get now(): Turn {
    return this.#now;
  }

  #by(right: number, up: number): void {
    this.#to(turnedBy(this.#now, right, up));
  }

  #to(turn: Turn): void {
    this.#now = turn;
    this.#show();
    this.#onTurn(turn);
  }

  #show(): void {
    for (const name of ['turn', 'tilt'] as const) {
      const degrees = Math.round(this.#now[name]);
      const slider = element(name, HTMLInputElement);
      slider.value = String(degrees);
      slider.setAttribute('aria-valuetext', `${degrees} degrees`);
      say(`${name}-value`, `${degrees}°`);
    }
  }
}
