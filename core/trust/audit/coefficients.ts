import { literalArithmetic } from '../../../shaders/compiler/arithmetic.js';
import type { Node, NodeIndex } from '../../../shaders/compiler/program.js';
import type { LinearUpdate } from './linear.js';

/** Cells that are made of the same have the same coefficients, and share them. */
export interface Coefficients {
  /** For each cell, which row of `rows` is its own. */
  readonly rowOf: Uint32Array;
  /** `[rows][terms]`, C order, f64. */
  readonly rows: Float64Array;
}

/**
 * The coefficients of an update in cells of given media: for each medium the value everywhere, or one for each cell.
 * Cells that are not `wanted` get those of some other cell.
 */
export function coefficientsOf(
  update: LinearUpdate,
  constants: Readonly<Record<string, number>>,
  media: ReadonlyMap<string, number | Float32Array>,
  wanted: { readonly cells: number; readonly has: (cell: number) => boolean },
): Coefficients {
  const { nodes } = update.program;
  const named = nodes.flatMap((node) => (node.kind === 'medium' ? [media.get(node.name) ?? 0] : []));
  const inCell = coefficientsReader(update, constants);
  const rowOf = new Uint32Array(wanted.cells);
  const found = new Map<string, number>();
  const rows: Float64Array[] = [];
  for (let cell = 0; cell < wanted.cells; cell += 1) {
    if (!wanted.has(cell)) continue;
    const values = named.map((medium) => (typeof medium === 'number' ? medium : (medium[cell] as number)));
    const matter = values.join(' ');
    let row = found.get(matter);
    if (row === undefined) {
      row = rows.push(inCell(values)) - 1;
      found.set(matter, row);
    }
    rowOf[cell] = row;
  }
  return { rowOf, rows: flat(rows, update.terms.length) };
}

/**
 * What gives the coefficient of each term in a cell, by the values of the media in the order in which the program names them.
 * The program is run backwards from each new wave, as reverse-mode differentiation does. Constants and media are rounded to f32
 * first, as engines hold them.
 */
function coefficientsReader(
  update: LinearUpdate,
  constants: Readonly<Record<string, number>>,
): (matter: readonly number[]) => Float64Array {
  const { terms, results, program } = update;
  const known: (number | boolean)[] = new Array(program.nodes.length).fill(Number.NaN);
  const weights = new Float64Array(program.nodes.length);
  return (matter) => {
    setKnown(update, constants, matter, known);
    const coefficients = new Float64Array(terms.length);
    for (const [wave, result] of results) {
      weights.fill(0);
      weighBehind(update, known, result, weights);
      for (const [index, { of, node }] of terms.entries()) {
        if (of === wave) coefficients[index] = weights[node] as number;
      }
    }
    return coefficients;
  };
}

const exact = literalArithmetic('abstract-float', (reason) => {
  throw new RangeError(reason);
});

function setKnown(
  { program, roles }: LinearUpdate,
  constants: Readonly<Record<string, number>>,
  matter: readonly number[],
  known: (number | boolean)[],
): void {
  let named = 0;
  const value = (index: NodeIndex) => known[index] as number | boolean;
  for (const [index, node] of program.nodes.entries()) {
    const role = roles[index]?.kind;
    if (role !== 'coefficient' && role !== 'zero') continue;
    switch (node.kind) {
      case 'literal':
        known[index] = node.value;
        break;
      case 'constant':
        known[index] = Math.fround(constants[node.name] as number);
        break;
      case 'medium':
        known[index] = Math.fround(matter[named] as number);
        named += 1;
        break;
      case 'unary':
        known[index] = exact.unary(node.operation, value(node.operand));
        break;
      case 'binary':
        known[index] = exact.binary(node.operation, value(node.left), value(node.right));
        break;
      case 'select':
        known[index] = exact.select(value(node.condition), value(node.yes), value(node.no));
    }
  }
}

/** Sets ∂result/∂node for every node that is a sum of waves. */
function weighBehind(
  { program, roles }: LinearUpdate,
  known: readonly (number | boolean)[],
  result: NodeIndex,
  weights: Float64Array,
): void {
  const add = (index: NodeIndex, weight: number) => {
    if (roles[index]?.kind === 'waves') weights[index] = (weights[index] as number) + weight;
  };
  weights[result] = 1;
  for (let index = result; index >= 0; index -= 1) {
    const weight = weights[index] as number;
    if (weight !== 0) passOn(program.nodes[index] as Node, weight, known, add);
  }
}

function passOn(
  node: Node,
  weight: number,
  known: readonly (number | boolean)[],
  add: (index: NodeIndex, weight: number) => void,
): void {
  switch (node.kind) {
    case 'unary':
      add(node.operand, -weight);
      break;
    case 'select':
      add(known[node.condition] ? node.yes : node.no, weight);
      break;
    case 'binary': {
      const { operation, left, right } = node;
      switch (operation) {
        case 'add':
          add(left, weight);
          add(right, weight);
          break;
        case 'subtract':
          add(left, weight);
          add(right, -weight);
          break;
        case 'multiply':
          add(left, weight * Number(known[right]));
          add(right, weight * Number(known[left]));
          break;
        case 'divide':
          add(left, weight / Number(known[right]));
      }
    }
  }
}

function flat(rows: readonly Float64Array[], length: number): Float64Array {
  const all = new Float64Array(rows.length * length);
  for (const [index, row] of rows.entries()) all.set(row, index * length);
  return all;
}
