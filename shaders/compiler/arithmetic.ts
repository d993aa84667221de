import type { BinaryOperation, UnaryOperation } from './program.js';
import type { NumberType } from './syntax.js';

/** Operations on values of some kind: numbers that are known, or nodes of a program. */
export interface Arithmetic<Value> {
  number(value: number): Value;
  unary(operation: UnaryOperation, operand: Value): Value;
  binary(operation: BinaryOperation | 'remainder', left: Value, right: Value): Value;
  select(condition: Value, yes: Value, no: Value): Value;
}

/**
 * Operations on known values of one type: f32 rounds each result, integers that leave their range are refused.
 * `refuse` gets the reason and does not return.
 */
export function literalArithmetic(
  type: NumberType | 'bool',
  refuse: (reason: string) => never,
): Arithmetic<number | boolean> {
  const settle = (value: number): number => {
    switch (type) {
      case 'f32':
        return Math.fround(value);
      case 'i32':
      case 'u32':
      case 'abstract-int': {
        const [lowest, highest] = integerRanges[type];
        if (!(value >= lowest && value <= highest)) refuse(`${value} is beyond the range of ${type}`);
        return value + 0;
      }
      default:
        return value;
    }
  };
  const integers = type === 'i32' || type === 'u32' || type === 'abstract-int';

  return {
    number: settle,
    unary: (operation, operand) =>
      operation === 'not' ? !operand : settle(unaryMeaning[operation](Number(operand))),
    binary(operation, left, right) {
      if (operation in comparisonMeaning) {
        return comparisonMeaning[operation as keyof typeof comparisonMeaning](Number(left), Number(right));
      }
      const [a, b] = [Number(left), Number(right)];
      if (integers && b === 0 && (operation === 'divide' || operation === 'remainder')) {
        refuse('a whole number is divided by zero');
      }
      const exact = numberMeaning[operation as keyof typeof numberMeaning](a, b);
      return settle(integers ? Math.trunc(exact) : exact);
    },
    select: (condition, yes, no) => (condition ? yes : no),
  };
}

const integerRanges = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  'abstract-int': [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;

const unaryMeaning = {
  negate: (x: number) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  nearest: roundHalfToEven,
} satisfies Record<Exclude<UnaryOperation, 'not'>, (x: number) => number>;

const numberMeaning = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  remainder: (a: number, b: number) => a % b,
  min: Math.min,
  max: Math.max,
};

const comparisonMeaning = {
  less: (a: number, b: number) => a < b,
  lessEqual: (a: number, b: number) => a <= b,
  greater: (a: number, b: number) => a > b,
  greaterEqual: (a: number, b: number) => a >= b,
  equal: (a: number, b: number) => a === b,
  notEqual: (a: number, b: number) => a !== b,
  and: (a: number, b: number) => a !== 0 && b !== 0,
  or: (a: number, b: number) => a !== 0 || b !== 0,
};

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const rounded = up ? below + 1 : below;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

/** A builtin function of the subset, in operations: the formulas of the WGSL specification, section 17.5. */
export function callBuiltin<Value>(
  name: string,
  args: readonly Value[],
  { number, unary, binary, select }: Arithmetic<Value>,
): Value {
  const [a, b, c] = args as readonly [Value, Value, Value];
  switch (name) {
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'ceil':
    case 'trunc':
      return unary(name, a);
    case 'round':
      return unary('nearest', a);
    case 'min':
    case 'max':
      return binary(name, a, b);
    case 'clamp':
      return binary('min', binary('max', a, b), c);
    case 'mix':
      return binary('add', binary('multiply', a, binary('subtract', number(1), c)), binary('multiply', b, c));
    case 'sign': {
      const zero = number(0);
      const negative = binary('less', a, zero);
      return select(
        binary('greater', a, zero),
        number(1),
        select(negative, binary('subtract', zero, number(1)), zero),
      );
    }
    case 'select':
      return select(c, b, a);
    default:
      throw new RangeError(`no builtin ${name}`);
  }
}
