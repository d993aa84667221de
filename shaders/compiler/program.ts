/**
 * A cell's update as straight-line operations on f32 and truth values: calls inlined, loops unrolled, branches
 * turned into selections, equal operations counted once. What every CPU engine runs; IEEE f32, one rounding an operation.
 */
export interface Program {
  /** Operands come before what uses them. */
  readonly nodes: readonly Node[];
  /** For each field of the model, the node with its new value. */
  readonly results: readonly NodeIndex[];
}

export type NodeIndex = number;

export type Node =
  | { readonly kind: 'literal'; readonly value: number | boolean }
  /** A member of `param`. */
  | { readonly kind: 'constant'; readonly name: string }
  | { readonly kind: 'time' }
  /** The value of a medium at the cell itself. */
  | { readonly kind: 'medium'; readonly name: string }
  | Read
  | { readonly kind: 'unary'; readonly operation: UnaryOperation; readonly operand: NodeIndex }
  | {
      readonly kind: 'binary';
      readonly operation: BinaryOperation;
      readonly left: NodeIndex;
      readonly right: NodeIndex;
    }
  | {
      readonly kind: 'select';
      readonly condition: NodeIndex;
      readonly yes: NodeIndex;
      readonly no: NodeIndex;
    };

/** The value of a field `[dx, dy, dz]` cells away. Anything but `now` of a wave field is read at the cell itself. */
export interface Read {
  readonly kind: 'read';
  readonly field: string;
  readonly level: 'now' | 'before';
  readonly offset: readonly [dx: number, dy: number, dz: number];
}

/** `nearest` rounds halves to even; `not` is of a truth value, the others of f32. */
export type UnaryOperation = 'negate' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'not';

/** `min` and `max` give NaN where an operand is NaN, and take −0 to be below 0. Comparisons are of f32. */
export type BinaryOperation =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'min'
  | 'max'
  | 'less'
  | 'lessEqual'
  | 'greater'
  | 'greaterEqual'
  | 'equal'
  | 'notEqual'
  | 'and'
  | 'or';

/** The nodes that `node` works on. */
export function operandsOf(node: Node): readonly NodeIndex[] {
  switch (node.kind) {
    case 'literal':
    case 'constant':
    case 'time':
    case 'medium':
    case 'read':
      return [];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'select':
      return [node.condition, node.yes, node.no];
  }
}
