import { ModelError } from '../../core/errors.js';
import { callBuiltin } from './arithmetic.js';
import { Graph } from './graph.js';
import { MAX_EVALUATION_DEPTH, MAX_WORK } from './limits.js';
import type { NodeIndex, Program, Read } from './program.js';
import type { Position } from './syntax.js';
import type { Scalar, TypedExpression, TypedFunction, TypedStatement, Variable } from './typed.js';

/**
 * Turns `update` into straight-line operations: calls are inlined, loops unrolled, branches become selections.
 * Throws ModelError where that cannot be done, or a neighbour lies beyond `radius` or off a plane.
 */
export function lower(update: TypedFunction, radius: number, dimensions: 2 | 3): Program {
  return new Lowering(radius, dimensions).program(update);
}

/** A node, or one for each member of a Cell. */
type Value = NodeIndex | readonly NodeIndex[];
type Locals = Map<Variable, Value>;

/** Statements still to be run, and those that come after them. */
interface Rest {
  readonly body: readonly TypedStatement[];
  readonly from: number;
  readonly after: Rest | undefined;
}

class Lowering {
  private at: Position = { line: 1, column: 1 };
  private work = 0;
  private depth = 0;
  /** The outermost loop that is being unrolled. */
  private loop: Position | undefined;
  private readonly returning = new WeakMap<TypedStatement, boolean>();
  private readonly graph = new Graph((reason) => this.refuse(reason));

  constructor(
    private readonly radius: number,
    private readonly dimensions: 2 | 3,
  ) {}

  program(update: TypedFunction): Program {
    const cell = this.call(update, []);
    if (typeof cell === 'number') throw new TypeError('update returned a number');
    return this.graph.program(cell);
  }

  private call(callee: TypedFunction, args: readonly Value[]): Value {
    const locals: Locals = new Map();
    for (const [index, parameter] of callee.parameters.entries()) locals.set(parameter, args[index] as Value);
    return this.run({ body: callee.body, from: 0, after: undefined }, locals) as Value;
  }

  /** The value that is returned on the way; undefined where the statements end without a return. */
  private run(rest: Rest | undefined, locals: Locals): Value | undefined {
    return this.deeper(() => {
      let todo = rest;
      while (todo) {
        const statement = todo.body[todo.from];
        todo = statement ? { ...todo, from: todo.from + 1 } : todo.after;
        if (!statement) continue;
        this.spend(1, statement);
        switch (statement.kind) {
          case 'declare':
            locals.set(statement.variable, this.evaluate(statement.value, locals));
            break;
          case 'assign':
            this.assign(statement, locals);
            break;
          case 'block':
            todo = { body: statement.body, from: 0, after: todo };
            break;
          case 'for':
            this.unroll(statement, locals);
            break;
          case 'return':
            return this.evaluate(statement.value, locals);
          case 'if': {
            const condition = this.scalar(statement.condition, locals);
            const settled = this.graph.valueOf(condition);
            const whenTrue = { body: statement.yes, from: 0, after: todo };
            const whenFalse = { body: statement.no, from: 0, after: todo };
            if (settled !== undefined) {
              todo = settled ? whenTrue : whenFalse;
            } else if (this.mayReturn(statement)) {
              this.spend(locals.size, statement);
              const yes = this.run(whenTrue, new Map(locals)) as Value;
              const no = this.run(whenFalse, new Map(locals)) as Value;
              this.at = statement;
              return this.choose(condition, yes, no);
            } else {
              this.branch(statement, condition, locals);
            }
          }
        }
      }
      return undefined;
    });
  }

  private assign(statement: Extract<TypedStatement, { kind: 'assign' }>, locals: Locals): void {
    const { variable, member } = statement;
    const value = this.evaluate(statement.value, locals);
    if (member === undefined) {
      locals.set(variable, value);
    } else {
      const members = locals.get(variable) as readonly NodeIndex[];
      locals.set(variable, members.with(member, value as NodeIndex));
    }
  }

  private branch(
    statement: Extract<TypedStatement, { kind: 'if' }>,
    condition: NodeIndex,
    locals: Locals,
  ): void {
    this.spend(locals.size, statement);
    const yes = new Map(locals);
    const no = new Map(locals);
    this.run({ body: statement.yes, from: 0, after: undefined }, yes);
    this.run({ body: statement.no, from: 0, after: undefined }, no);
    this.at = statement;
    for (const variable of locals.keys()) {
      locals.set(variable, this.choose(condition, yes.get(variable) as Value, no.get(variable) as Value));
    }
  }

  private unroll(statement: Extract<TypedStatement, { kind: 'for' }>, locals: Locals): void {
    const once = (body: readonly TypedStatement[]) => this.run({ body, from: 0, after: undefined }, locals);
    if (this.mayReturn(statement)) this.refuse('return cannot stand inside a loop', statement);
    const outer = this.loop;
    this.loop ??= statement;
    if (statement.start) once([statement.start]);
    for (;;) {
      this.spend(1, statement);
      const condition = this.graph.valueOf(this.scalar(statement.condition, locals));
      if (condition === undefined) {
        this.refuse(
          'the number of turns differs from cell to cell; it must be known here',
          statement.condition,
        );
      }
      if (!condition) break;
      once(statement.body);
      if (statement.next) once([statement.next]);
    }
    this.loop = outer;
  }

  private choose(condition: NodeIndex, yes: Value, no: Value): Value {
    if (typeof yes === 'number') return this.graph.select(condition, yes, no as NodeIndex);
    return yes.map((member, index) =>
      this.graph.select(condition, member, (no as readonly NodeIndex[])[index] as NodeIndex),
    );
  }

  private scalar(expression: TypedExpression, locals: Locals): NodeIndex {
    return this.evaluate(expression, locals) as NodeIndex;
  }

  private evaluate(expression: TypedExpression, locals: Locals): Value {
    return this.deeper(() => {
      this.spend(1, expression);
      const operands = operandsIn(expression).map((operand) => this.evaluate(operand, locals));
      this.at = expression;
      const [first, second] = operands as [NodeIndex, NodeIndex];
      switch (expression.kind) {
        case 'literal':
          return this.graph.literal(expression.type as Scalar, expression.value);
        case 'variable':
          return locals.get(expression.variable) as Value;
        case 'constant':
          return this.graph.leaf({ kind: 'constant', name: expression.name });
        case 'time':
          return this.graph.leaf({ kind: 'time' });
        case 'medium':
          return this.graph.leaf({ kind: 'medium', name: expression.name });
        case 'read':
          return this.read(expression, operands as readonly NodeIndex[]);
        case 'member':
          return (operands[0] as readonly NodeIndex[])[expression.index] as NodeIndex;
        case 'cell':
          return operands as readonly NodeIndex[];
        case 'unary':
          return this.graph.unary(expression.operation, first);
        case 'binary':
          return this.graph.binary(expression.operation, first, second);
        case 'builtin': {
          const arithmetic = this.graph.arithmetic(expression.type);
          return callBuiltin(expression.name, operands as readonly NodeIndex[], arithmetic);
        }
        case 'convert':
          return this.convert(first, expression.type);
        case 'call':
          return this.call(expression.callee, operands);
      }
    });
  }

  private read(
    { field, level, offset }: Extract<TypedExpression, { kind: 'read' }>,
    operands: readonly NodeIndex[],
  ): NodeIndex {
    const distances = operands.map((operand, axis) => {
      const distance = Number(this.graph.valueOf(operand));
      if (Math.abs(distance) > this.radius) {
        const reason = `${distance} cells away is beyond the model's radius of ${this.radius}`;
        this.refuse(reason, offset[axis]);
      }
      if (axis === 2 && this.dimensions === 2 && distance !== 0) {
        const reason = 'a 2-D grid has no neighbours along z; put this read inside if (DIMENSIONS == 3u)';
        this.refuse(reason, offset[axis]);
      }
      return distance;
    });
    const [dx = 0, dy = 0, dz = 0] = distances;
    const read: Read = { kind: 'read', field, level, offset: [dx, dy, dz] };
    return this.graph.leaf(read);
  }

  private convert(operand: NodeIndex, to: Scalar): NodeIndex {
    const from = this.graph.typeOf(operand);
    const value = this.graph.valueOf(operand);
    if (to === 'bool') {
      if (value !== undefined) return this.graph.literal('bool', Number(value) !== 0);
      return this.graph.binary('notEqual', operand, this.graph.literal('f32', 0));
    }
    if (from === 'bool') {
      return this.graph.select(operand, this.graph.literal(to, 1), this.graph.literal(to, 0));
    }
    if (value === undefined) {
      this.refuse(`this ${to} would differ from cell to cell; only f32 and bool may: use floor or trunc`);
    }
    const number = Number(value);
    return this.graph.arithmetic(to).number(to === 'f32' ? Math.fround(number) : Math.trunc(number));
  }

  private mayReturn(statement: TypedStatement): boolean {
    const known = this.returning.get(statement);
    if (known !== undefined) return known;
    const inside = blocksIn(statement).some((body) => body.some((inner) => this.mayReturn(inner)));
    const answer = statement.kind === 'return' || inside;
    this.returning.set(statement, answer);
    return answer;
  }

  private spend(work: number, at: Position): void {
    this.work += work;
    if (this.work > MAX_WORK) {
      this.refuse(
        `with its loops unrolled and its calls written out, the model takes more than ${MAX_WORK} steps`,
        this.loop ?? at,
      );
    }
  }

  private deeper<Result>(inner: () => Result): Result {
    this.depth += 1;
    if (this.depth > MAX_EVALUATION_DEPTH) this.refuse('calls and branches are nested too deep');
    const result = inner();
    this.depth -= 1;
    return result;
  }

  private refuse(reason: string, { line, column }: Position = this.at): never {
    throw new ModelError(line, column, reason);
  }
}

function operandsIn(expression: TypedExpression): readonly TypedExpression[] {
  switch (expression.kind) {
    case 'read':
      return expression.offset;
    case 'member':
      return [expression.of];
    case 'cell':
      return expression.members;
    case 'unary':
    case 'convert':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'builtin':
    case 'call':
      return expression.args;
    default:
      return [];
  }
}

function blocksIn(statement: TypedStatement): readonly (readonly TypedStatement[])[] {
  switch (statement.kind) {
    case 'if':
      return [statement.yes, statement.no];
    case 'for':
    case 'block':
      return [statement.body];
    default:
      return [];
  }
}
