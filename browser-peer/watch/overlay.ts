import type { Mark } from '../../core/watch/marks.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Of the plane's longer side: a mark's size, and its letters'. */
const MARK_SIZE = 0.025;
const LETTERS = 0.03;

export interface Overlay {
  /** Cells down and across the plane. */
  readonly rows: number;
  readonly columns: number;
  readonly marks: readonly Mark[];
  readonly borders: readonly Pick<Mark, 'rows' | 'columns'>[];
}

/** Draws marks and shard borders over a plane, in its cells, the first row at the bottom. For sighted people: `describe` says them. */
export function drawOverlay(drawing: SVGSVGElement, { rows, columns, marks, borders }: Overlay): void {
  const size = Math.max(rows, columns);
  drawing.setAttribute('viewBox', `0 0 ${columns} ${rows}`);
  const up = (row: number) => rows - row;
  drawing.replaceChildren(
    ...borders.map(({ rows: [from, to], columns: [left, right] }) =>
      shape('rect', 'border', { x: left, y: up(to), width: right - left, height: to - from }),
    ),
    ...marks.map(({ kind, name, rows: [from, to], columns: [left, right], isOnPlane }) => {
      const group = document.createElementNS(SVG, 'g');
      group.setAttribute('class', `mark ${kind}${isOnPlane ? '' : ' away'}`);
      const [x, y] = [(left + right) / 2, up((from + to) / 2)];
      const isPoint = to - from === 1 && right - left === 1;
      const place = isPoint
        ? point(kind, x, y, size * MARK_SIZE)
        : shape('rect', 'place', { x: left, y: up(to), width: right - left, height: to - from });
      const title = document.createElementNS(SVG, 'title');
      title.textContent = `${kindOf[kind]} ${name}`;
      group.append(title, place);
      if (isPoint) group.append(letters(name, x, y, size));
      return group;
    }),
  );
}

/** The marks in words. */
export function describe(marks: readonly Mark[]): string {
  return marks
    .map(({ kind, name, isOnPlane }) => `${kindOf[kind]} ${name}${isOnPlane ? '' : ' (off the plane)'}`)
    .join(', ');
}

const kindOf: Record<Mark['kind'], string> = { source: 'source', probe: 'probe', centre: 'wave centre' };

function point(kind: Mark['kind'], x: number, y: number, size: number): SVGElement {
  switch (kind) {
    case 'probe':
      return shape('circle', 'place', { cx: x, cy: y, r: size / 2 });
    case 'source':
      return shape('path', 'place', {
        d: `M${x} ${y - size * 0.7}L${x + size * 0.65} ${y + size * 0.45}H${x - size * 0.65}Z`,
      });
    case 'centre':
      return shape('path', 'place', {
        d: `M${x - size / 2} ${y}H${x + size / 2}M${x} ${y - size / 2}V${y + size / 2}`,
      });
  }
}

function letters(name: string, x: number, y: number, size: number): SVGTextElement {
  const text = document.createElementNS(SVG, 'text');
  text.setAttribute('x', String(x + size * MARK_SIZE));
  text.setAttribute('y', String(y - size * MARK_SIZE * 0.6));
  text.setAttribute('font-size', String(size * LETTERS));
  text.textContent = name;
  return text;
}

function shape(
  kind: 'rect' | 'circle' | 'path',
  name: string,
  numbers: Record<string, number | string>,
): SVGElement {
  const drawn = document.createElementNS(SVG, kind);
  drawn.setAttribute('class', name);
  for (const [attribute, value] of Object.entries(numbers)) drawn.setAttribute(attribute, String(value));
  return drawn;
}
