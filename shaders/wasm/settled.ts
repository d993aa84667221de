import { Graph } from '../compiler/graph.js';
import type { Node, NodeIndex, Program } from '../compiler/program.js';

/** What a shard knows before it runs: f64 numbers, rounded here. */
export interface Known {
  readonly constants: Readonly<Record<string, number>>;
  readonly media: Readonly<Record<string, number | 'cells'>>;
}

/**
 * The program with all that is known put in, and computed as far as that goes. It gives the same bits: what is left
 * out, such as a product with 1, gives its other operand for every f32.
 */
export function settled({ nodes, results }: Program, { constants, media }: Known): Program {
  const graph = new Graph((reason) => {
    throw new RangeError(reason);
  });
  const moved: NodeIndex[] = [];
  const to = (index: NodeIndex): NodeIndex => moved[index] as NodeIndex;
  const number = (value: number): NodeIndex => graph.literal('f32', Math.fround(value));
  const add = (node: Node): NodeIndex => {
    switch (node.kind) {
      case 'literal':
        return typeof node.value === 'number' ? number(node.value) : graph.literal('bool', node.value);
      case 'constant':
        return number(constants[node.name] as number);
      case 'medium': {
        const value = media[node.name];
        return typeof value === 'number' ? number(value) : graph.leaf(node);
      }
      case 'time':
      case 'read':
        return graph.leaf(node);
      case 'unary':
        return graph.unary(node.operation, to(node.operand));
      case 'binary': {
        const [left, right] = [to(node.left), to(node.right)];
        const [a, b] = [graph.valueOf(left), graph.valueOf(right)];
        if (node.operation === 'multiply' && a === 1) return right;
        if ((node.operation === 'multiply' || node.operation === 'divide') && b === 1) return left;
        if (node.operation === 'subtract' && Object.is(b, 0)) return left;
        return graph.binary(node.operation, left, right);
      }
      case 'select':
        return graph.select(to(node.condition), to(node.yes), to(node.no));
    }
  };
  for (const node of nodes) moved.push(add(node));
  return graph.program(results.map(to));
}
