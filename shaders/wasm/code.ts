import { ByteList, type Bytes } from './encoding.js';
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

/** One after another. Models are long, and `concat` copies them many times faster than spreading does. */
export function sequence(...parts: readonly Code[]): Code {
  return ([] as Instruction[]).concat(...parts);
}

/** A loop whose body ends with `condition`: it turns while that is not 0. */
export function repeatWhile(body: Code, condition: Code): Code {
  return sequence([loop], body, condition, [repeatIf, end]);
}

export function when(condition: Code, body: Code): Code {
  return sequence(condition, [onlyIf], body, [end]);
}

/** The bytes of some code. `offset` gives those from a block's address to the cells. */
export function bytesOf(code: Code, offset: (cells: Load) => number): Uint8Array {
  const bytes = new ByteList();
  for (const instruction of code) {
    bytes.add('access' in instruction ? v128[instruction.access](offset(instruction.cells)) : instruction);
  }
  return bytes.all;
}
