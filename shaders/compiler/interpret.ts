import { literalArithmetic } from './arithmetic.js';
import type { Program, Read } from './program.js';

/** What a program finds in the world: `constant` and `medium` in f64, rounded here; `read` gives f32. */
export interface World {
  readonly constants: Readonly<Record<string, number>>;
  readonly time: number;
  readonly read: (read: Read) => number;
  /** A medium's value at the cell. */
  readonly medium: (name: string) => number;
}

/**
 * One cell's new values, in the order of the model's fields, in strict f32: the meaning of a program,
 * which the engines are held to.
 */
export function interpret(program: Program, world: World): number[] {
  const f32 = literalArithmetic('f32', (reason) => {
    throw new RangeError(reason);
  });
  const values: (number | boolean)[] = [];
  const value = (index: number): number | boolean => values[index] as number | boolean;
  for (const node of program.nodes) {
    switch (node.kind) {
      case 'literal':
        values.push(node.value);
        break;
      case 'constant':
        values.push(Math.fround(world.constants[node.name] as number));
        break;
      case 'time':
        values.push(Math.fround(world.time));
        break;
      case 'medium':
        values.push(Math.fround(world.medium(node.name)));
        break;
      case 'read':
        values.push(world.read(node));
        break;
      case 'unary':
        values.push(f32.unary(node.operation, value(node.operand)));
        break;
      case 'binary':
        values.push(f32.binary(node.operation, value(node.left), value(node.right)));
        break;
      case 'select':
        values.push(f32.select(value(node.condition), value(node.yes), value(node.no)));
    }
  }
  return program.results.map((result) => Number(value(result)));
}
