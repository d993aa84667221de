import type { SweepMembers } from '../../core/protocol/api.js';
import { type MemberState, statesOf } from '../sweep/members.js';

/** Along a single axis members are put in rows of about as many as a phone has room for. */
const ROW = 24;
/** CSS pixels of a member, at most and at least. */
const LARGEST = 18;
const SMALLEST = 3;

/** How many members stand beside one another: the last axis runs across, all others down. */
function columnsOf({ axes, states }: Pick<SweepMembers, 'axes' | 'states'>): number {
  const across = axes.at(-1)?.values.length ?? 1;
  return axes.length === 1 ? Math.min(ROW, states.length) : across;
}

/** All members as small squares, each drawn by its state; for sighted people, the table says the same. */
export function drawMembers(canvas: HTMLCanvasElement, members: SweepMembers, width: number): void {
  const columns = columnsOf(members);
  const rows = Math.ceil(members.states.length / columns);
  const size = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(width / columns)));
  const scale = devicePixelRatio;
  canvas.width = columns * size * scale;
  canvas.height = rows * size * scale;
  canvas.style.width = `${columns * size}px`;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const colours = coloursOf(canvas);
  for (const [number, state] of statesOf(members).entries()) {
    const [x, y] = [(number % columns) * size, Math.floor(number / columns) * size];
    drawMember(context, { x, y, size, state, colours });
  }
}

type Colours = Readonly<Record<MemberState, string>>;

/** Shapes tell states apart where colours do not: a frame, a small square, a full one, a cross. */
function drawMember(
  context: CanvasRenderingContext2D,
  {
    x,
    y,
    size,
    state,
    colours,
  }: {
    readonly x: number;
    readonly y: number;
    readonly size: number;
    readonly state: MemberState;
    readonly colours: Colours;
  },
): void {
  const gap = size > 6 ? 1 : 0.5;
  const side = size - 2 * gap;
  context.fillStyle = colours[state];
  context.strokeStyle = colours[state];
  switch (state) {
    case 'done':
      return context.fillRect(x + gap, y + gap, side, side);
    case 'open':
      return context.strokeRect(x + gap + 0.5, y + gap + 0.5, side - 1, side - 1);
    case 'running':
      context.strokeRect(x + gap + 0.5, y + gap + 0.5, side - 1, side - 1);
      return context.fillRect(x + gap + side / 4, y + gap + side / 4, side / 2, side / 2);
    case 'failed':
      context.beginPath();
      context.moveTo(x + gap, y + gap);
      context.lineTo(x + gap + side, y + gap + side);
      context.moveTo(x + gap + side, y + gap);
      context.lineTo(x + gap, y + gap + side);
      return context.stroke();
  }
}

/** Of the page, as the visitor prefers them. */
function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    open: colour('--muted'),
    running: colour('--series-1'),
    done: colour('--series-0'),
    failed: colour('--bad'),
  };
}
