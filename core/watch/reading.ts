import { type Box, shapeOf } from '../grid/box.js';
import { axesAcross, type Viewed, type ViewedPart } from './view.js';

/** Cells that are copied in vain in the time that a box of its own costs, when the engine is asked for it and copies it. */
const WORTH_A_BOX = 1024;

/** More boxes an engine on a GPU reads one lot after the other, and the run waits. */
const MOST_BOXES = 4096;

/** What is read of a volume: only the rows with samples in them, only the layers, or all. */
type Cut = 'rows' | 'layers' | 'whole';

/**
 * The boxes that an engine is asked for, so that their cells, one box after the other, hold a part's samples. Of a volume, these are the
 * layers with samples in them, or only their rows, where those between are long. They are never more than `MOST_BOXES`.
 */
export function boxesOf(viewed: Viewed, part: ViewedPart): Box[] {
  const { stride } = viewed;
  const { box, samples } = part;
  const cut = cutOf(viewed, part);
  if (cut === 'whole') return [box];
  const { layer, row, layers, rows } = samples;
  const boxes: Box[] = [];
  for (let z = layer; z < layer + layers; z++) {
    const [lo, hi] = [z * stride, z * stride + 1];
    if (cut === 'layers') boxes.push(layerOf(box, lo, hi));
    else {
      for (let y = row; y < row + rows; y++) {
        boxes.push({ lo: [lo, y * stride, box.lo[2]], hi: [hi, y * stride + 1, box.hi[2]] });
      }
    }
  }
  return boxes;
}

/** The samples among the cells of `boxesOf`, dense: `[layers, rows, columns]`. */
export function sampled(cells: Float32Array, viewed: Viewed, part: ViewedPart): Float32Array {
  const { axis, stride } = viewed;
  if (stride === 1) return cells;
  const { box, samples } = part;
  const { layer, row, column, layers, rows, columns } = samples;
  const [down, across] = axis === 'all' ? ([1, 2] as const) : axesAcross(axis);
  const width = box.hi[across] - box.lo[across];
  const cut = cutOf(viewed, part);
  const height = cut === 'rows' ? rows : box.hi[down] - box.lo[down];
  const [firstRow, rowStride] = cut === 'rows' ? [0, 1] : [row * stride - box.lo[down], stride];
  const isEveryLayer = axis === 'all' && cut === 'whole';
  const [firstLayer, layerStride] = isEveryLayer ? [layer * stride - box.lo[0], stride] : [0, 1];
  const first = column * stride - box.lo[across];
  const taken = new Float32Array(layers * rows * columns);
  for (let line = 0; line < layers * rows; line++) {
    const [l, r] = [Math.floor(line / rows), line % rows];
    const start = ((firstLayer + l * layerStride) * height + firstRow + r * rowStride) * width + first;
    for (let c = 0; c < columns; c++) taken[line * columns + c] = cells[start + c * stride] as number;
  }
  return taken;
}

const layerOf = ({ lo, hi }: Box, from: number, to: number): Box => ({
  lo: [from, lo[1], lo[2]],
  hi: [to, hi[1], hi[2]],
});

function cutOf({ axis, stride }: Viewed, { box, samples: { layers, rows } }: ViewedPart): Cut {
  if (axis !== 'all' || stride === 1) return 'whole';
  const areBetweenLong = (stride - 1) * shapeOf(box)[2] > WORTH_A_BOX;
  if (areBetweenLong && layers * rows <= MOST_BOXES) return 'rows';
  return layers <= MOST_BOXES ? 'layers' : 'whole';
}
