import { type NodeIndex, operandsOf, type Program, type Read } from '../compiler/program.js';
import type { ModelSource } from '../model.js';
import { type Bytes, encodeModule } from './encoding.js';
import {
  binaryInstructions,
  i32,
  i32x4,
  local,
  repeatWhile,
  splatF32,
  truth,
  unaryInstructions,
  v128,
  when,
} from './instructions.js';
import { type FieldArrays, type Layout, VECTOR_BYTES } from './layout.js';

/**
 * Advances one component's cells of a box by one step. All but `time` count bytes or turns:
 * `first` is where the box's first row begins in the component's arrays, at the frame's lowest x, less the layout's `reach`;
 * `from` and `to` bound the box's cells in each row; `component` is how far this component's arrays lie beyond those of the first.
 */
export type Step = (
  first: number,
  rows: number,
  planes: number,
  from: number,
  to: number,
  component: number,
  time: number,
) => void;

/** Names of the two exported steps: in `even`, the first array of each wave field is its `now`. */
export const STEPS = ['even', 'odd'] as const;
export const MEMORY = { module: 'shard', name: 'memory' } as const;

export interface Emission {
  readonly program: Program;
  readonly model: ModelSource;
  readonly layout: Layout;
  readonly constants: Readonly<Record<string, number>>;
  readonly media: Readonly<Record<string, number | 'cells'>>;
  readonly pages: number;
  /** Whether several threads share the memory. */
  readonly shared: boolean;
}

/** A module with the two steps of a shard; its strides, array bases and constants are immediates. */
export function emitModule(emission: Emission): Uint8Array<ArrayBuffer> {
  const cell = new CellCode(emission);
  return encodeModule({
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32'],
    locals: [
      { type: 'i32', count: FIRST_VECTOR - ROW },
      { type: 'v128', count: 1 + cell.locals },
    ],
    functions: STEPS.map((name, parity) => ({ name, body: stepBody(cell, emission.layout, parity) })),
    memory: { ...MEMORY, pages: emission.pages, shared: emission.shared },
  });
}

const [FIRST, ROWS, PLANES, FROM, TO, COMPONENT, TIME] = [0, 1, 2, 3, 4, 5, 6] as const;
/** Locals: the running row and how many are left, the running vector, and the row's bounds. */
const [ROW, LEFT, AT, START, STOP, WHOLE_START, WHOLE_STOP] = [7, 8, 9, 10, 11, 12, 13] as const;
const FIRST_VECTOR = 14;
const MASK = FIRST_VECTOR;

/**
 * Rows are taken in whole, aligned vectors. The first and the last of a row may stick out of the box:
 * they take the slower body, which keeps the cells outside. Each cell is computed once, because the new level
 * overwrites what it was computed from.
 */
function stepBody(cell: CellCode, layout: Layout, parity: number): Bytes {
  const next = advanced(AT, VECTOR_BYTES);
  const before = (index: number, bound: number): Bytes => [
    ...local.get(index),
    ...local.get(bound),
    ...i32.lessUnsigned,
  ];
  const wholeVectors = repeatWhile([...cell.body(parity, 'whole'), ...next], before(AT, WHOLE_STOP));
  const startReached = [...local.get(AT), ...local.get(WHOLE_START), ...i32.greaterEqualUnsigned];
  const row: Bytes = [
    ...[...local.get(ROW), ...local.get(FROM), ...i32.add, ...local.set(START)],
    ...[...local.get(ROW), ...local.get(TO), ...i32.add, ...local.set(STOP)],
    ...[...aligned(local.get(START)), ...local.set(AT)],
    ...[
      ...aligned([...local.get(START), ...i32.const(VECTOR_BYTES - 1), ...i32.add]),
      ...local.set(WHOLE_START),
    ],
    ...[...aligned(local.get(STOP)), ...local.set(WHOLE_STOP)],
    ...repeatWhile(
      [
        ...when([...startReached, ...before(AT, WHOLE_STOP), ...i32.and], wholeVectors),
        ...when(before(AT, STOP), [...maskOfBox(), ...cell.body(parity, 'masked'), ...next]),
      ],
      before(AT, STOP),
    ),
    ...advanced(ROW, layout.row),
  ];
  const plane: Bytes = [
    ...[...local.get(FIRST), ...local.set(ROW)],
    ...[...local.get(ROWS), ...local.set(LEFT)],
    ...repeatWhile(row, oneLess(LEFT)),
    ...advanced(FIRST, layout.plane),
  ];
  return [...cell.preamble, ...repeatWhile(plane, oneLess(PLANES))];
}

function advanced(index: number, bytes: number): Bytes {
  return [...local.get(index), ...i32.const(bytes), ...i32.add, ...local.set(index)];
}

function oneLess(index: number): Bytes {
  return [...local.get(index), ...i32.const(1), ...i32.subtract, ...local.tee(index)];
}

function aligned(address: Bytes): Bytes {
  return [...address, ...i32.const(-VECTOR_BYTES), ...i32.and];
}

function maskOfBox(): Bytes {
  const lanes = [...local.get(AT), ...i32x4.splat, ...i32x4.laneOffsets, ...i32x4.add];
  return [
    ...[...lanes, ...local.get(START), ...i32x4.splat, ...i32x4.greaterEqualUnsigned],
    ...[...lanes, ...local.get(STOP), ...i32x4.splat, ...i32x4.lessUnsigned],
    ...v128.and,
    ...local.set(MASK),
  ];
}

/** Operands nested deeper than this on the stack go through a local, so that emitting cannot exhaust ours. */
const MAX_INLINE_HEIGHT = 32;

/** The operations of four cells at a time, at the address in `AT`. */
class CellCode {
  /** Run once in a step: what is the same in every cell. */
  readonly preamble: Bytes;
  readonly locals: number;
  private readonly uniform: readonly boolean[];
  private readonly slots = new Map<NodeIndex, number>();

  constructor(private readonly emission: Emission) {
    const { nodes } = emission.program;
    this.uniform = uniformNodes(nodes, emission.media);
    for (const index of this.keptNodes()) this.slots.set(index, MASK + 1 + this.slots.size);
    this.locals = this.slots.size;
    this.preamble = this.computed((index) => this.uniform[index] === true, 0);
  }

  body(parity: number, lanes: 'whole' | 'masked'): Bytes {
    const { program, model } = this.emission;
    const stores = model.fields.flatMap(({ name }, index) => {
      const target = (this.arrays(name)[1 - parity] as number) + this.emission.layout.reach;
      const result = this.value(program.results[index] as NodeIndex, parity);
      const kept = [...local.get(AT), ...v128.load(target), ...local.get(MASK), ...v128.bitselect];
      return [...local.get(AT), ...result, ...(lanes === 'masked' ? kept : []), ...v128.store(target)];
    });
    return [...this.computed((index) => !this.uniform[index], parity), ...stores];
  }

  /** Nodes that get a local: what is used twice, every result (all are computed before any is stored), and what leaves the loops. */
  private keptNodes(): NodeIndex[] {
    const { nodes, results } = this.emission.program;
    const uses = new Array<number>(nodes.length).fill(0);
    const kept = new Set(results);
    for (const [index, node] of nodes.entries()) {
      for (const operand of operandsOf(node)) {
        uses[operand] = (uses[operand] ?? 0) + 1;
        if (this.uniform[operand] && !this.uniform[index]) kept.add(operand);
      }
    }
    const heights: number[] = [];
    for (const [index, node] of nodes.entries()) {
      const inlined = operandsOf(node).filter((operand) => !kept.has(operand));
      const height = 1 + Math.max(0, ...inlined.map((operand) => heights[operand] ?? 0));
      heights.push(height);
      if ((uses[index] ?? 0) > 1 || height > MAX_INLINE_HEIGHT) kept.add(index);
    }
    return [...kept].sort((a, b) => a - b);
  }

  private computed(chosen: (index: NodeIndex) => boolean, parity: number): Bytes {
    return [...this.slots]
      .filter(([index]) => chosen(index))
      .flatMap(([index, slot]) => [...this.operation(index, parity), ...local.set(slot)]);
  }

  private value(index: NodeIndex, parity: number): Bytes {
    const slot = this.slots.get(index);
    return slot === undefined ? this.operation(index, parity) : local.get(slot);
  }

  private operation(index: NodeIndex, parity: number): Bytes {
    const node = this.emission.program.nodes[index];
    switch (node?.kind) {
      case 'literal':
        return typeof node.value === 'number' ? v128.const(node.value) : truth(node.value);
      case 'constant':
        return v128.const(this.emission.constants[node.name] as number);
      case 'medium':
        return this.medium(node.name);
      case 'time':
        return [...local.get(TIME), ...splatF32];
      case 'read':
        return [...local.get(AT), ...v128.load(this.address(node, parity))];
      case 'unary':
        return [...this.value(node.operand, parity), ...unaryInstructions[node.operation]];
      case 'binary': {
        const operands = [...this.value(node.left, parity), ...this.value(node.right, parity)];
        return [...operands, ...binaryInstructions[node.operation]];
      }
      case 'select':
        return [
          ...this.value(node.yes, parity),
          ...this.value(node.no, parity),
          ...this.value(node.condition, parity),
          ...v128.bitselect,
        ];
      default:
        throw new RangeError(`no node ${index}`);
    }
  }

  private medium(name: string): Bytes {
    const value = this.emission.media[name];
    if (typeof value === 'number') return v128.const(value);
    const cells = this.emission.layout.media.get(name);
    if (cells === undefined) throw new RangeError(`no medium ${name}`);
    const shared = [...local.get(AT), ...local.get(COMPONENT), ...i32.subtract];
    return [...shared, ...v128.load(cells + this.emission.layout.reach)];
  }

  private address({ field, level, offset: [dx, dy, dz] }: Read, parity: number): number {
    const { row, plane, reach } = this.emission.layout;
    const array = this.arrays(field)[level === 'now' ? parity : 1 - parity] as number;
    return array + reach + dx * Float32Array.BYTES_PER_ELEMENT + dy * row + dz * plane;
  }

  private arrays(field: string): FieldArrays {
    const arrays = this.emission.layout.arrays.get(field);
    if (!arrays) throw new RangeError(`no field ${field}`);
    return arrays;
  }
}

/** For each node, whether its value is the same in every cell. */
function uniformNodes(nodes: Program['nodes'], media: Emission['media']): boolean[] {
  const uniform: boolean[] = [];
  for (const node of nodes) {
    const varies = node.kind === 'read' || (node.kind === 'medium' && media[node.name] === 'cells');
    uniform.push(!varies && operandsOf(node).every((operand) => uniform[operand]));
  }
  return uniform;
}
