import type { Plane } from '../../core/watch/plane.js';
import { element, say } from '../contribute/elements.js';
import { canvasPainter } from './canvas-painter.js';
import { type ColourMapName, endsOf, SHADES, tableOf } from './colours.js';
import { amplitude } from './numbers.js';
import { openPainter, type PainterChoice } from './painter.js';
import type { Painter } from './painting.js';

/** What paints. */
export interface ScreenMeans {
  readonly gpu: GPU | undefined;
  readonly choice: PainterChoice;
}

/** The picture and the scale of its colours. */
export class Screen {
  readonly #means: ScreenMeans;
  #painter: Painter | undefined;
  #shown: { readonly plane: Plane; readonly colours: ColourMapName; readonly peak: number } | undefined;

  #scale: ColourMapName | undefined;

  constructor(means: ScreenMeans) {
    this.#means = means;
  }

  async open(): Promise<void> {
    this.#painter = await openPainter(this.#canvas, this.#means, () => this.#replace());
    this.#repaint();
  }

  get painter(): Painter['kind'] | undefined {
    return this.#painter?.kind;
  }

  /** Samples across that are worth having. */
  get pixels(): number {
    const { clientWidth } = element('stage', HTMLElement);
    return Math.min(1024, Math.max(64, Math.round(clientWidth * devicePixelRatio)));
  }

  show(plane: Plane, colours: ColourMapName, peak: number): void {
    const { style } = element('stage', HTMLElement);
    style.setProperty('--rows', String(plane.rows));
    style.setProperty('--columns', String(plane.columns));
    this.#shown = { plane, colours, peak };
    this.showScale(colours, peak);
    this.#repaint();
  }

  /** What the colours mean, of whatever is seen. */
  showScale(colours: ColourMapName, peak: number): void {
    if (this.#scale !== colours) this.#paintScale(colours);
    this.#scale = colours;
    const [low, high] = endsOf(colours, peak);
    say('low', amplitude(low));
    say('high', amplitude(high));
  }

  get #canvas(): HTMLCanvasElement {
    return element('plane', HTMLCanvasElement);
  }

  #repaint(): void {
    if (!this.#shown || !this.#painter) return;
    const { plane, colours, peak } = this.#shown;
    const [low, high] = endsOf(colours, peak);
    this.#painter.paint(plane, { table: tableOf(colours), low, high });
  }

  /** A canvas that a GPU has painted takes no other painter: another canvas is put in its place. */
  #replace(): void {
    const canvas = this.#canvas;
    const fresh = canvas.cloneNode() as HTMLCanvasElement;
    canvas.replaceWith(fresh);
    this.#painter = canvasPainter(fresh);
    this.#repaint();
  }

  #paintScale(colours: ColourMapName): void {
    const context = element('scale', HTMLCanvasElement).getContext('2d');
    const image = new ImageData(SHADES, 1);
    image.data.set(tableOf(colours));
    context?.putImageData(image, 0, 0);
  }
}
