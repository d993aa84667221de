import { type Arithmetic, literalArithmetic } from './arithmetic.js';
import { MAX_OPERATIONS } from './limits.js';
import {
  type BinaryOperation,
  type Node,
  type NodeIndex,
  operandsOf,
  type Program,
  type UnaryOperation,
} from './program.js';
import type { Scalar } from './typed.js';

const truthOperations: ReadonlySet<string> = new Set([
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
  'equal',
  'notEqual',
  'and',
  'or',
]);

/**
 * Builds a program from its leaves up. Equal operations become one node; operations on literals become literals.
 * Whole numbers are always literals: a selection between two of them that is not settled is refused.
 */
export class Graph {
  private readonly nodes: Node[] = [];
  private readonly types: Scalar[] = [];
  private readonly known = new Map<string, NodeIndex>();
  private operations = 0;

  /** `refuse` gets the reason and does not return. */
  constructor(private readonly refuse: (reason: string) => never) {}

  literal(type: Scalar, value: number | boolean): NodeIndex {
    const shown = Object.is(value, -0) ? '-0' : String(value);
    return this.add({ kind: 'literal', value }, type, `${type} ${shown}`);
  }

  leaf(node: Extract<Node, { kind: 'constant' | 'time' | 'medium' | 'read' }>): NodeIndex {
    return this.add(node, 'f32', JSON.stringify(node));
  }

  typeOf(index: NodeIndex): Scalar {
    return this.types[index] as Scalar;
  }

  /** The value of a node that is a literal. */
  valueOf(index: NodeIndex): number | boolean | undefined {
    const node = this.nodes[index];
    return node?.kind === 'literal' ? node.value : undefined;
  }

  /** Operations on nodes whose numbers are of `type`. */
  arithmetic(type: Scalar): Arithmetic<NodeIndex> {
    return {
      number: (value) => this.literal(type, value),
      unary: (operation, operand) => this.unary(operation, operand),
      binary: (operation, left, right) => this.binary(operation, left, right),
      select: (condition, yes, no) => this.select(condition, yes, no),
    };
  }

  unary(operation: UnaryOperation, operand: NodeIndex): NodeIndex {
    const type = this.typeOf(operand);
    const value = this.valueOf(operand);
    if (value !== undefined) return this.literal(type, this.fold(type).unary(operation, value));
    return this.add({ kind: 'unary', operation, operand }, type, `${operation} ${operand}`);
  }

  binary(operation: BinaryOperation | 'remainder', left: NodeIndex, right: NodeIndex): NodeIndex {
    const operands = this.typeOf(left);
    const type = truthOperations.has(operation) ? 'bool' : operands;
    const [a, b] = [this.valueOf(left), this.valueOf(right)];
    if (a !== undefined && b !== undefined) {
      return this.literal(type, this.fold(operands).binary(operation, a, b));
    }
    if (operation === 'remainder') this.refuse('% is for whole numbers only');
    if (operands === 'bool') return this.logic(operation, left, right);
    return this.add({ kind: 'binary', operation, left, right }, type, `${operation} ${left} ${right}`);
  }

  select(condition: NodeIndex, yes: NodeIndex, no: NodeIndex): NodeIndex {
    const settled = this.valueOf(condition);
    if (settled !== undefined) return settled ? yes : no;
    if (yes === no) return yes;
    const type = this.typeOf(yes);
    if (type === 'i32' || type === 'u32') {
      this.refuse('this whole number would differ from cell to cell; only f32 and bool may, so use f32');
    }
    return this.add({ kind: 'select', condition, yes, no }, type, `select ${condition} ${yes} ${no}`);
  }

  /** The program that computes `results`, without the nodes that none of them needs. */
  program(results: readonly NodeIndex[]): Program {
    const needed = new Uint8Array(this.nodes.length);
    for (const index of results) needed[index] = 1;
    for (let index = this.nodes.length - 1; index >= 0; index -= 1) {
      if (needed[index]) for (const operand of operandsOf(this.node(index))) needed[operand] = 1;
    }
    const moved = new Uint32Array(this.nodes.length);
    const to = (index: NodeIndex): NodeIndex => moved[index] as NodeIndex;
    const nodes: Node[] = [];
    for (const [index, node] of this.nodes.entries()) {
      if (!needed[index]) continue;
      moved[index] = nodes.length;
      nodes.push(withOperands(node, to));
    }
    return { nodes, results: results.map(to) };
  }

  private logic(operation: BinaryOperation, left: NodeIndex, right: NodeIndex): NodeIndex {
    if (operation === 'equal') return this.select(left, right, this.unary('not', right));
    if (operation === 'notEqual') return this.select(left, this.unary('not', right), right);
    const settling = operation === 'or';
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const value = this.valueOf(one);
      if (value !== undefined) return value === settling ? one : other;
    }
    if (left === right) return left;
    return this.add({ kind: 'binary', operation, left, right }, 'bool', `${operation} ${left} ${right}`);
  }

  private fold(type: Scalar): Arithmetic<number | boolean> {
    return literalArithmetic(type, this.refuse);
  }

  private node(index: NodeIndex): Node {
    return this.nodes[index] as Node;
  }

  private add(node: Node, type: Scalar, key: string): NodeIndex {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    if (node.kind !== 'literal') this.operations += 1;
    if (this.operations > MAX_OPERATIONS) {
      this.refuse(`the update of one cell takes more than ${MAX_OPERATIONS} operations`);
    }
    this.nodes.push(node);
    this.types.push(type);
    this.known.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }
}

function withOperands(node: Node, to: (index: NodeIndex) => NodeIndex): Node {
  switch (node.kind) {
    case 'unary':
      return { ...node, operand: to(node.operand) };
    case 'binary':
      return { ...node, left: to(node.left), right: to(node.right) };
    case 'select':
      return { ...node, condition: to(node.condition), yes: to(node.yes), no: to(node.no) };
    default:
      return node;
  }
}
