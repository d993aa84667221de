import type { ModelSource } from '../model.js';
import { callBuiltin, literalArithmetic } from './arithmetic.js';
import type { BinaryOperation } from './program.js';
import type { Scope } from './scope.js';
import type { BinaryOperator, Expression, Position } from './syntax.js';
import type { Abstract, Literal, Scalar, Type, TypedExpression, TypedFunction } from './typed.js';
import { builtins, refusedBuiltins, scalarTypes } from './vocabulary.js';

export type Refuse = (at: Position, reason: string) => never;

type Call = Extract<Expression, { kind: 'call' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;
type AnyType = Type | Abstract;

const operations: Readonly<Record<BinaryOperator, BinaryOperation | 'remainder'>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'remainder',
  '<': 'less',
  '<=': 'lessEqual',
  '>': 'greater',
  '>=': 'greaterEqual',
  '==': 'equal',
  '!=': 'notEqual',
  '&&': 'and',
  '||': 'or',
};
const truthful: ReadonlySet<BinaryOperator> = new Set(['<', '<=', '>', '>=', '==', '!=', '&&', '||']);
/** Defined for f32 alone; the other builtins take whole numbers as well. */
const forFloats: ReadonlySet<string> = new Set(['ceil', 'floor', 'mix', 'round', 'sqrt', 'trunc']);

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;

/** Types one expression after the other. What is known already, it computes. */
export class ExpressionChecker {
  constructor(
    private readonly model: ModelSource,
    private readonly dimensions: 2 | 3,
    private readonly refuse: Refuse,
    private readonly functionNamed: (name: string, at: Position) => TypedFunction | undefined,
  ) {}

  check(expression: Expression, scope: Scope): TypedExpression {
    const { line, column } = expression;
    switch (expression.kind) {
      case 'number':
        return this.number(expression.type, expression.value, expression);
      case 'truth':
        return { kind: 'literal', type: 'bool', value: expression.value, line, column };
      case 'name':
        return this.name(expression.name, scope, expression);
      case 'member':
        return this.member(expression, scope);
      case 'unary':
        return this.unary(expression, scope);
      case 'binary':
        return this.binary(expression, scope);
      case 'call':
        return this.call(expression, scope);
    }
  }

  /** The expression as a value of `type`: only a number without a type of its own is converted unasked. */
  as(expression: TypedExpression, type: AnyType): TypedExpression {
    if (expression.type === type) return expression;
    if (expression.kind === 'literal' && isAbstract(expression.type) && isNumeric(type)) {
      if (expression.type === 'abstract-int' || type === 'f32' || type === 'abstract-float') {
        return this.number(type, Number(expression.value), expression);
      }
    }
    return this.refuse(
      expression,
      type !== 'Cell' && expression.type !== 'Cell'
        ? `expected ${type}, not ${shown(expression.type)}; write ${shown(type)}(…) to convert`
        : `expected ${type}, not ${shown(expression.type)}`,
    );
  }

  /** The type that a variable takes from its value. */
  settled({ type }: TypedExpression): Type {
    if (type === 'abstract-int') return 'i32';
    return type === 'abstract-float' ? 'f32' : type;
  }

  zero(type: Type, at: Position): TypedExpression {
    const { line, column } = at;
    if (type === 'Cell') {
      const members = this.model.fields.map(() => this.zero('f32', at));
      return { kind: 'cell', type, members, line, column };
    }
    return { kind: 'literal', type, value: type === 'bool' ? false : 0, line, column };
  }

  private number(type: Exclude<AnyType, 'bool' | 'Cell'>, value: number, at: Position): Literal {
    const beyond = type === 'f32' && Math.abs(value) > LARGEST_F32;
    const arithmetic = literalArithmetic(type, (reason) => this.refuse(at, reason));
    // WGSL refuses what lies above the largest f32, also where it would be rounded down to it.
    const fitted = arithmetic.number(beyond ? Number.POSITIVE_INFINITY : value);
    return this.finite({ kind: 'literal', type, value: fitted, line: at.line, column: at.column });
  }

  private finite(literal: Literal): Literal {
    if (typeof literal.value === 'number' && !Number.isFinite(literal.value)) {
      this.refuse(literal, 'this has no finite value in f32, which ends at about 3.4e38');
    }
    return literal;
  }

  private name(name: string, scope: Scope, at: Position): TypedExpression {
    const { line, column } = at;
    if (name === 'DIMENSIONS') return { kind: 'literal', type: 'u32', value: this.dimensions, line, column };
    const found = scope.find(name);
    if (found?.kind === 'literal') return { ...found, line, column };
    if (found) return { kind: 'variable', type: found.type, variable: found, line, column };
    const field = this.model.fields.find((candidate) => candidate.name === name);
    if (field) this.refuse(at, `${name} is a field: read it as ${this.reading(field.name)}`);
    const medium = this.model.media.find((candidate) => candidate.name === name);
    if (medium) this.refuse(at, `${name} is a medium: read it as ${name}()`);
    if (name === 'param' || name === 'step')
      this.refuse(at, `write ${name}.${name === 'step' ? 'time' : 'NAME'}`);
    return this.refuse(at, `${name} is not declared`);
  }

  private reading(name: string): string {
    const wave = this.model.fields.some((field) => field.name === name && field.kind === 'wave');
    return wave ? `${name}(dx, dy, dz)` : `${name}()`;
  }

  private member(expression: Extract<Expression, { kind: 'member' }>, scope: Scope): TypedExpression {
    const { of, member, line, column } = expression;
    if (of.kind === 'name' && of.name === 'param') {
      if (this.model.constants.includes(member))
        return { kind: 'constant', type: 'f32', name: member, line, column };
      const names = this.model.constants.join(', ') || 'none';
      this.refuse(expression, `the model has no constant ${member}; it has: ${names}`);
    }
    if (of.kind === 'name' && of.name === 'step') {
      if (member === 'time') return { kind: 'time', type: 'f32', line, column };
      this.refuse(expression, `step has only the member time, not ${member}`);
    }
    const whole = this.check(of, scope);
    if (whole.type !== 'Cell') this.refuse(expression, `${shown(whole.type)} has no members`);
    const index = this.model.fields.findIndex(({ name }) => name === member);
    if (index < 0) this.refuse(expression, `Cell has no member ${member}`);
    if (whole.kind === 'cell') return whole.members[index] as TypedExpression;
    return { kind: 'member', type: 'f32', of: whole, index, line, column };
  }

  private unary(expression: Extract<Expression, { kind: 'unary' }>, scope: Scope): TypedExpression {
    const { operator, line, column } = expression;
    const operand = this.check(expression.operand, scope);
    const fits =
      operator === '!' ? operand.type === 'bool' : isNumeric(operand.type) && operand.type !== 'u32';
    if (!fits) this.refuse(expression, `${operator} does not work on ${shown(operand.type)}`);
    const operation = operator === '!' ? 'not' : 'negate';
    const type = operand.type as Scalar;
    if (operand.kind === 'literal') {
      return {
        kind: 'literal',
        type,
        value: this.known(type, expression).unary(operation, operand.value),
        line,
        column,
      };
    }
    return { kind: 'unary', type, operation, operand, line, column };
  }

  private binary(expression: Binary, scope: Scope): TypedExpression {
    const { operator, line, column } = expression;
    const [left, right] = this.alike(
      [this.check(expression.left, scope), this.check(expression.right, scope)],
      expression,
    ) as [TypedExpression, TypedExpression];
    const { type } = left;
    const logic = operator === '&&' || operator === '||';
    const equality = operator === '==' || operator === '!=';
    const fits = logic ? type === 'bool' : isNumeric(type) || (equality && type === 'bool');
    if (!fits) this.refuse(expression, `${operator} does not work on ${shown(type)}`);
    if (operator === '%' && (type === 'f32' || type === 'abstract-float')) {
      this.refuse(expression, '% is for whole numbers; write x - y * trunc(x / y)');
    }
    const operation = operations[operator];
    const result = (truthful.has(operator) ? 'bool' : type) as Scalar;
    if (left.kind === 'literal' && right.kind === 'literal') {
      const value = this.known(type as Scalar, expression).binary(operation, left.value, right.value);
      return this.finite({ kind: 'literal', type: result, value, line, column });
    }
    return { kind: 'binary', type: result, operation, left, right, line, column };
  }

  private call(call: Call, scope: Scope): TypedExpression {
    const { callee, line, column } = call;
    const field = this.field(call, scope);
    if (field) return field;
    if (this.model.media.some(({ name }) => name === callee)) {
      this.count(call, 0, `${callee} is read at the cell itself`);
      return { kind: 'medium', type: 'f32', name: callee, line, column };
    }
    if (scope.find(callee)) this.refuse(call, `${callee} is a value, not a function`);
    const args = call.args.map((argument) => this.check(argument, scope));
    if (callee === 'Cell') {
      if (args.length === 0) return this.zero('Cell', call);
      const names = this.model.fields.map(({ name }) => name);
      this.count(call, names.length, `Cell takes ${names.join(', ')}`);
      return {
        kind: 'cell',
        type: 'Cell',
        members: args.map((member) => this.as(member, 'f32')),
        line,
        column,
      };
    }
    const scalar = scalarTypes.find((type) => type === callee);
    if (scalar) return this.convert(scalar, args, call);
    if (builtins.has(callee)) return this.builtin(call, args);
    const refused = refusedBuiltins.get(callee);
    if (refused !== undefined) this.refuse(call, refused);
    const found = this.functionNamed(callee, call);
    if (!found) {
      this.refuse(
        call,
        `${callee} is not declared, and no function of the subset (${[...builtins.keys()].join(', ')})`,
      );
    }
    this.count(call, found.parameters.length, callee);
    const given = found.parameters.map(({ type }, index) => this.as(args[index] as TypedExpression, type));
    return { kind: 'call', type: found.returns, callee: found, args: given, line, column };
  }

  private field(call: Call, scope: Scope): TypedExpression | undefined {
    const { callee, line, column } = call;
    for (const { name, kind } of this.model.fields) {
      const before = kind === 'wave' && callee === `${name}_before`;
      if (callee !== name && !before) continue;
      if (kind === 'tracker' || before) {
        this.count(call, 0, `${callee} is read at the cell itself`);
        return {
          kind: 'read',
          type: 'f32',
          field: name,
          level: before ? 'before' : 'now',
          offset: [],
          line,
          column,
        };
      }
      this.count(call, 3, `${this.reading(name)} reads a neighbour`);
      const offset = call.args.map((argument) => this.as(this.check(argument, scope), 'i32'));
      return { kind: 'read', type: 'f32', field: name, level: 'now', offset, line, column };
    }
    return undefined;
  }

  private convert(type: Scalar, args: readonly TypedExpression[], call: Call): TypedExpression {
    if (args.length === 0) return this.zero(type, call);
    this.count(call, 1, type);
    const [operand] = args as readonly [TypedExpression];
    const { line, column } = call;
    if (operand.type === 'Cell') this.refuse(call, `Cell cannot become ${type}`);
    if (operand.kind === 'literal' && isAbstract(operand.type) && type !== 'bool') {
      const value = type === 'f32' ? Number(operand.value) : Math.trunc(Number(operand.value));
      return this.number(type, value, call);
    }
    const settled = this.as(operand, this.settled(operand));
    return settled.type === type ? settled : { kind: 'convert', type, operand: settled, line, column };
  }

  private builtin(call: Call, given: readonly TypedExpression[]): TypedExpression {
    const { callee: name, line, column } = call;
    this.count(call, builtins.get(name) ?? 0, name);
    const condition = name === 'select' ? [this.as(given[2] as TypedExpression, 'bool')] : [];
    const values = name === 'select' ? given.slice(0, 2) : given;
    const floats = forFloats.has(name) && values.every(({ type }) => type === 'abstract-int');
    const alike = floats ? values.map((value) => this.as(value, 'abstract-float')) : this.alike(values, call);
    const type = (alike[0] as TypedExpression).type;
    const fits = forFloats.has(name)
      ? type === 'f32' || type === 'abstract-float'
      : isNumeric(type) || (name === 'select' && type === 'bool');
    if (!fits || (name === 'sign' && type === 'u32')) {
      this.refuse(call, `${name} does not work on ${shown(type)}`);
    }
    const [, low, high] = alike;
    if (name === 'clamp' && low?.kind === 'literal' && high?.kind === 'literal' && low.value > high.value) {
      this.refuse(call, `clamp(x, low, high) has a low of ${low.value}, above its high of ${high.value}`);
    }
    const args = [...alike, ...condition];
    if (args.every((argument) => argument.kind === 'literal')) {
      const arithmetic = this.known(type as Scalar, call);
      const value = callBuiltin(
        name,
        args.map((argument) => argument.value),
        arithmetic,
      );
      return this.finite({ kind: 'literal', type: type as Scalar, value, line, column });
    }
    const settled = isAbstract(type) ? alike.map((value) => this.as(value, this.settled(value))) : alike;
    const scalar = (settled[0] as TypedExpression).type as Scalar;
    return { kind: 'builtin', type: scalar, name, args: [...settled, ...condition], line, column };
  }

  /** The values in one common type. */
  private alike(values: readonly TypedExpression[], at: Position): TypedExpression[] {
    const concrete = values.find(({ type }) => !isAbstract(type))?.type;
    const float = values.some(({ type }) => type === 'abstract-float');
    const common = concrete ?? (float ? 'abstract-float' : 'abstract-int');
    const other = values.find(({ type }) => !isAbstract(type) && type !== common);
    if (other) {
      const hint = isNumeric(common) && isNumeric(other.type) ? '; convert one, for example with f32(…)' : '';
      this.refuse(at, `${shown(common)} and ${shown(other.type)} do not mix${hint}`);
    }
    return values.map((value) => this.as(value, common));
  }

  private known(type: Scalar | Abstract, at: Position) {
    return literalArithmetic(type, (reason) => this.refuse(at, reason));
  }

  private count(call: Call, wanted: number, what: string): void {
    if (call.args.length === wanted) return;
    this.refuse(
      call,
      `${what}: ${wanted} ${wanted === 1 ? 'argument' : 'arguments'}, not ${call.args.length}`,
    );
  }
}

function isAbstract(type: AnyType): type is Abstract {
  return type === 'abstract-int' || type === 'abstract-float';
}

function isNumeric(type: AnyType): type is Exclude<AnyType, 'bool' | 'Cell'> {
  return type !== 'bool' && type !== 'Cell';
}

function shown(type: AnyType): string {
  if (type === 'abstract-int') return 'a whole number';
  return type === 'abstract-float' ? 'a decimal number' : type;
}
