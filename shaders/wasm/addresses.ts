import { EngineError } from '../../core/errors.js';
import type { Triple } from '../../core/grid/box.js';
import type { StateArray } from '../engine.js';
import { type Layout, offsetOf } from './layout.js';

const F32_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Which of a wave field's two arrays is `now`. */
export type Parity = 0 | 1;

export const otherParity = (parity: Parity): Parity => (parity === 0 ? 1 : 0);

/** Where the cells of a layout lie in its memory seen as f32. Indices, not bytes. */
export class Addresses {
  /** From a row to the next one of its plane. */
  readonly rowCells: number;
  /** From a plane to the next. */
  readonly planeCells: number;

  constructor(private readonly layout: Layout) {
    this.rowCells = layout.row / F32_BYTES;
    this.planeCells = layout.plane / F32_BYTES;
  }

  /** An array's first cell. Throws EngineError for a field that the layout lacks. */
  arrayOf({ component, field, level }: StateArray, parity: Parity): number {
    const medium = this.layout.media.get(field);
    if (medium !== undefined) return medium / F32_BYTES;
    const arrays = this.layout.arrays.get(field);
    if (!arrays) throw new EngineError(`this shard has no field ${field}`);
    const array = arrays[level === 'now' ? parity : otherParity(parity)];
    return (array + component * this.layout.component) / F32_BYTES;
  }

  /** From an array's first cell to another. */
  offsetOf(cell: Triple): number {
    return offsetOf(this.layout, cell) / F32_BYTES;
  }

  /** From an array's first cell to the first one of a row. */
  rowAt(z: number, y: number): number {
    return this.offsetOf([z, y, this.layout.frame.lo[2]]);
  }
}
