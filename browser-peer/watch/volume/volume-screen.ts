import type { Box } from '../../../core/grid/box.js';
import type { Volume } from '../../../core/watch/plane.js';
import { element } from '../../contribute/elements.js';
import { type ColourMapName, endsOf, tableOf } from '../colours.js';
import type { ScreenMeans } from '../screen.js';
import type { Turn, Vector } from './turn.js';
import { Turning } from './turning.js';
import { volumeCanvasPainter } from './volume-canvas-painter.js';
import { openVolumePainter } from './volume-painter.js';
import type { VolumePainter } from './volume-painting.js';
import { drawFrames, type WireFrame } from './wire-frames.js';

/** The picture of a volume, with the grid's edges and those of its shards. */
export class VolumeScreen {
  readonly #means: ScreenMeans;
  readonly #turning: Turning;
  #painter: VolumePainter | undefined;
  #isOpening = false;
  #shown: { readonly volume: Volume; readonly colours: ColourMapName; readonly peak: number } | undefined;
  #frames: { readonly shape: Vector; readonly all: readonly WireFrame[] } | undefined;

  constructor(means: ScreenMeans, first: Turn, onTurn: (turn: Turn) => void) {
    this.#means = means;
    this.#turning = new Turning(first, (turn) => {
      this.#repaint();
      onTurn(turn);
    });
  }

  /** Painted once there is what paints, which is looked for when it is first needed. */
  show(volume: Volume, colours: ColourMapName, peak: number): void {
    this.#shown = { volume, colours, peak };
    // The picture is square, however long the volume is.
    const { style } = element('stage', HTMLElement);
    style.setProperty('--rows', '1');
    style.setProperty('--columns', '1');
    if (!this.#painter) void this.#open();
    this.#repaint();
  }

  /** Outlines a grid of `shape` `[nz, ny, nx]`, and boxes in it. */
  outline([nz, ny, nx]: readonly [number, number, number], shards: readonly Box[]): void {
    const shape: Vector = [nx, ny, nz];
    const flipped = ([z, y, x]: Box['lo']): Vector => [x, y, z];
    const all: WireFrame[] = shards.map(({ lo, hi }) => ({
      kind: 'border',
      lo: flipped(lo),
      hi: flipped(hi),
    }));
    this.#frames = { shape, all: [...all, { kind: 'outline', lo: [0, 0, 0], hi: shape }] };
    this.#drawFrames();
  }

  async #open(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    this.#painter = await openVolumePainter(this.#canvas, this.#means, () => this.#replace());
    this.#repaint();
  }

  get #canvas(): HTMLCanvasElement {
    return element('volume', HTMLCanvasElement);
  }

  #repaint(): void {
    const { now } = this.#turning;
    this.#drawFrames();
    if (!this.#shown || !this.#painter) return;
    const { volume, colours, peak } = this.#shown;
    const [low, high] = endsOf(colours, peak);
    this.#painter.paint(volume, now, { table: tableOf(colours), low, high });
    const { dataset } = element('volume-place', HTMLElement);
    dataset.turned = `${Math.round(now.turn)},${Math.round(now.tilt)}`;
    dataset.painter = this.#painter.kind;
  }

  #drawFrames(): void {
    if (!this.#frames) return;
    const { shape, all } = this.#frames;
    drawFrames(element('frames', SVGSVGElement), all, shape, this.#turning.now);
  }

  /** A canvas that a GPU has painted takes no other painter: another canvas is put in its place. */
  #replace(): void {
    const fresh = this.#canvas.cloneNode() as HTMLCanvasElement;
    this.#canvas.replaceWith(fresh);
    this.#painter = volumeCanvasPainter(fresh);
    this.#repaint();
  }
}
