import { type NodeIndex, operandsOf, type Program } from '../compiler/program.js';
import type { Cell } from './cell.js';
import type { Code } from './code.js';
import type { Bytes } from './encoding.js';
import { binaryInstructions, local, splatF32, truth, unaryInstructions, v128 } from './instructions.js';
import { parameter } from './row-loop.js';

export interface UniformCode {
  /** Computes, once in a step, what is the same in every cell. */
  readonly code: Code;
  readonly locals: number;
  /** Leaves such a value on the stack. */
  readonly value: (node: NodeIndex) => Bytes;
}

/** Locals from `first` on hold the values that cells need, and those that these are made of. */
export function uniformCode({ nodes }: Program, { operations }: Cell, first: number): UniformCode {
  const needed = new Set(
    operations.flatMap((operation) => (operation.kind === 'uniform' ? [operation.node] : [])),
  );
  const slots = new Map([...needed].sort((a, b) => a - b).map((node, slot) => [node, first + slot]));
  const value = (node: NodeIndex): Bytes => local.get(slots.get(node) as number);
  const code = [...slots].flatMap(([node, slot]) => [...instructions(node), local.set(slot)]);
  return { code, locals: slots.size, value };

  function instructions(index: NodeIndex): Code {
    const node = nodes[index];
    switch (node?.kind) {
      case 'literal':
        return typeof node.value === 'number' ? [v128.const(node.value)] : [truth(node.value)];
      case 'time':
        return [local.get(parameter.time), splatF32];
      case 'unary':
      case 'binary':
      case 'select': {
        const operands = operandsOf(node).map(value);
        if (node.kind === 'unary') return [...operands, unaryInstructions[node.operation]];
        if (node.kind === 'binary') return [...operands, binaryInstructions[node.operation]];
        return [value(node.yes), value(node.no), value(node.condition), v128.bitselect];
      }
      default:
        throw new RangeError(`no uniform node ${index}`);
    }
  }
}
