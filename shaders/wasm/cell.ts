import { type NodeIndex, operandsOf as operandsOfNode, type Program } from '../compiler/program.js';
import { type Operation, Operations } from './operations.js';

/** The update of a cell, as operations on what lies around it. */
export interface Cell {
  readonly operations: readonly Operation[];
  /** For each field, in the model's order. */
  readonly results: readonly NodeIndex[];
}

/** A program's nodes that are the same in every cell are left to be computed once, ahead of all cells. */
export function cellOf({ nodes, results }: Program): Cell {
  const uniform = uniformNodes({ nodes, results });
  const operations = new Operations();
  const moved: NodeIndex[] = [];
  const to = (index: NodeIndex): NodeIndex => moved[index] as NodeIndex;
  for (const [index, node] of nodes.entries()) moved.push(operations.add(operationOf(index, node)));
  return { operations: operations.all, results: results.map(to) };

  function operationOf(index: NodeIndex, node: Program['nodes'][number]): Operation {
    if (uniform[index]) return { kind: 'uniform', node: index };
    switch (node.kind) {
      case 'read':
        return { kind: 'load', array: node.level, name: node.field, at: node.offset };
      case 'medium':
        return { kind: 'load', array: 'medium', name: node.name, at: [0, 0, 0] };
      case 'unary':
        return { ...node, operand: to(node.operand) };
      case 'binary':
        return { ...node, left: to(node.left), right: to(node.right) };
      case 'select':
        return { kind: 'select', yes: to(node.yes), no: to(node.no), condition: to(node.condition) };
      default:
        throw new RangeError(`a ${node.kind} differs from cell to cell`);
    }
  }
}

/** For each node of a settled program, whether its value is the same in every cell. */
function uniformNodes({ nodes }: Program): boolean[] {
  const uniform: boolean[] = [];
  for (const node of nodes) {
    const varies = node.kind === 'read' || node.kind === 'medium';
    uniform.push(!varies && operandsOfNode(node).every((operand) => uniform[operand]));
  }
  return uniform;
}
