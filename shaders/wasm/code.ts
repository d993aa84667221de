import type { Bytes } from './encoding.js';
import { end, loop, onlyIf, repeatIf, v128 } from './instructions.js';
import type { Load } from './operations.js';

/** Instructions in their order. */
export type Code = readonly Instruction[];

/** Its bytes; or an access to cells, whose array differs between the two steps. */
export type Instruction = Bytes | Access;

/** Takes an address in a block from the stack. */
export interface Access {
  readonly access: 'load' | 'store';
  readonly cells: Load;
}

/** A loop whose body ends with `condition`: it turns while that is not 0. */
export function repeatWhile(body: Code, condition: Code): Code {
  return [loop, ...body, ...condition, repeatIf, end];
}

export function when(condition: Code, body: Code): Code {
  return [...condition, onlyIf, ...body, end];
}

/** The bytes of some code. `offset` gives those from a block's address to the cells. */
export function bytesOf(code: Code, offset: (cells: Load) => number): Bytes {
  const written = (instruction: Instruction): Bytes =>
    'access' in instruction ? v128[instruction.access](offset(instruction.cells)) : instruction;
  return code.flatMap(written);
}
