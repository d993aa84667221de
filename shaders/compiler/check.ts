import { ModelError } from '../../core/errors.js';
import type { ModelSource } from '../model.js';
import { ExpressionChecker, type Refuse } from './check-expression.js';
import { MAX_CALL_DEPTH } from './limits.js';
import { Scope } from './scope.js';
import type { Expression, FunctionSyntax, ModuleSyntax, Position, Statement, TypeName } from './syntax.js';
import type { Type, TypedExpression, TypedFunction, TypedStatement, Variable } from './typed.js';
import {
  builtins,
  givenNames,
  nameFault,
  refusedBuiltins,
  scalarTypes,
  wordsOfEngines,
} from './vocabulary.js';

/**
 * Resolves names and types of a parsed model for a grid of 2 or 3 dimensions, and returns its `update`.
 * Throws ModelError at the first place where the text is not WGSL of the subset.
 */
export function check(module: ModuleSyntax, model: ModelSource, dimensions: 2 | 3): TypedFunction {
  return new Checker(module, model, dimensions).update();
}

const refuse: Refuse = ({ line, column }, reason) => {
  throw new ModelError(line, column, reason);
};

class Checker {
  private readonly globals = new Scope(undefined);
  private readonly syntax = new Map<string, FunctionSyntax>();
  private readonly checked = new Map<string, TypedFunction | 'being checked'>();
  private readonly expressions: ExpressionChecker;
  /** Names that the model's own declarations may not take. */
  private readonly taken: ReadonlySet<string>;
  private callDepth = 0;

  constructor(
    private readonly module: ModuleSyntax,
    private readonly model: ModelSource,
    dimensions: 2 | 3,
  ) {
    const accessors = model.fields.flatMap(({ name, kind }) =>
      kind === 'wave' ? [name, `${name}_before`] : [name],
    );
    const media = model.media.map(({ name }) => name);
    this.taken = new Set([...accessors, ...media, ...givenNames, ...builtins.keys(), ...scalarTypes]);
    this.expressions = new ExpressionChecker(model, dimensions, refuse, (name, at) =>
      this.function(name, at),
    );
  }

  update(): TypedFunction {
    this.checkCell();
    for (const constant of this.module.constants) this.declare(constant, this.globals);
    for (const syntax of this.module.functions) {
      this.claim(syntax, this.globals);
      if (this.syntax.has(syntax.name)) refuse(syntax, `${syntax.name} is declared twice`);
      this.syntax.set(syntax.name, syntax);
    }
    for (const syntax of this.module.functions) this.function(syntax.name, syntax);
    const update = this.function('update', { line: 1, column: 1 });
    const at = this.syntax.get('update') ?? { line: 1, column: 1 };
    if (!update) refuse(at, 'the model needs a function update() -> Cell');
    if (update.returns !== 'Cell' || update.parameters.length > 0) {
      refuse(at, 'update takes no parameters and returns Cell');
    }
    return update;
  }

  private checkCell(): void {
    const [cell, second] = this.module.structs;
    const wanted = `struct Cell { ${this.model.fields.map(({ name }) => `${name}: f32`).join(', ')} }`;
    if (second) refuse(second, 'Cell is the only struct of a model');
    if (cell?.name !== 'Cell') refuse(cell ?? { line: 1, column: 1 }, `the model's fields need ${wanted}`);
    const names = cell.members.map(({ name }) => name);
    if (names.join() !== this.model.fields.map(({ name }) => name).join()) {
      refuse(cell, `Cell must name the model's fields in their order: ${wanted}`);
    }
    for (const { type } of cell.members) {
      if (type.name !== 'f32') refuse(type, `a field is f32, not ${type.name}`);
    }
    const accessors = new Set<string>();
    for (const [index, { name, kind }] of this.model.fields.entries()) {
      const at = cell.members[index] ?? cell;
      for (const accessor of kind === 'wave' ? [name, `${name}_before`] : [name]) {
        if (accessors.has(accessor) || isWgslName(accessor))
          refuse(at, `a field cannot be read as ${accessor}()`);
        accessors.add(accessor);
      }
    }
    for (const { name } of this.model.media) {
      if (accessors.has(name) || isWgslName(name) || nameFault(name) !== undefined)
        refuse(cell, `a medium cannot be read as ${name}()`);
      accessors.add(name);
    }
    const constants = new Set<string>();
    for (const name of this.model.constants) {
      if (constants.has(name) || nameFault(name) !== undefined)
        refuse(cell, `a constant cannot be read as param.${name}`);
      constants.add(name);
    }
  }

  private function(name: string, at: Position): TypedFunction | undefined {
    const known = this.checked.get(name);
    if (known === 'being checked') refuse(at, `${name} calls itself; recursion is not in the subset`);
    if (known) return known;
    const syntax = this.syntax.get(name);
    if (!syntax) return undefined;
    if (this.callDepth === MAX_CALL_DEPTH) refuse(at, `calls go more than ${MAX_CALL_DEPTH} functions deep`);
    this.callDepth += 1;
    this.checked.set(name, 'being checked');
    const scope = new Scope(this.globals);
    const parameters = syntax.parameters.map((parameter) => {
      this.claim(parameter, scope);
      const variable: Variable = {
        name: parameter.name,
        type: this.type(parameter.type),
        mutable: false,
      };
      scope.declare(variable);
      return variable;
    });
    const returns = this.type(syntax.returns);
    const body = this.statements(syntax.body, scope, returns);
    if (!alwaysReturns(body)) refuse(syntax, `${name} can end without returning a value`);
    const result: TypedFunction = { name, parameters, returns, body };
    this.checked.set(name, result);
    this.callDepth -= 1;
    return result;
  }

  private statements(body: readonly Statement[], scope: Scope, returns: Type): TypedStatement[] {
    return body.flatMap((statement) => this.statement(statement, scope, returns) ?? []);
  }

  /** Undefined for a `const`: it lives on in the scope alone. */
  private statement(statement: Statement, scope: Scope, returns: Type): TypedStatement | undefined {
    const { line, column } = statement;
    switch (statement.kind) {
      case 'declare':
        return this.declare(statement, scope);
      case 'assign':
        return this.assign(statement, scope);
      case 'block':
        return {
          kind: 'block',
          body: this.statements(statement.body, new Scope(scope), returns),
          line,
          column,
        };
      case 'return':
        return { kind: 'return', value: this.value(statement.value, scope, returns), line, column };
      case 'if':
        return {
          kind: 'if',
          condition: this.value(statement.condition, scope, 'bool'),
          yes: this.statements(statement.yes, new Scope(scope), returns),
          no: this.statements(statement.no, new Scope(scope), returns),
          line,
          column,
        };
      case 'for': {
        const inner = new Scope(scope);
        return {
          kind: 'for',
          start: statement.start && this.statement(statement.start, inner, returns),
          condition: this.value(statement.condition, inner, 'bool'),
          next: statement.next && this.statement(statement.next, inner, returns),
          body: this.statements(statement.body, new Scope(inner), returns),
          line,
          column,
        };
      }
    }
  }

  private declare(
    statement: Extract<Statement, { kind: 'declare' }>,
    scope: Scope,
  ): TypedStatement | undefined {
    const { binding, name, line, column } = statement;
    const type = statement.type && this.type(statement.type);
    const given = statement.value && this.expressions.check(statement.value, scope);
    this.claim(statement, scope);
    if (binding === 'const') {
      const value = given && (type ? this.expressions.as(given, type) : given);
      if (value?.kind !== 'literal') {
        refuse(statement, `${name} is not known when the model compiles: use let inside a function`);
      }
      scope.declareConstant(name, value);
      return undefined;
    }
    const value = given
      ? this.expressions.as(given, type ?? this.expressions.settled(given))
      : this.expressions.zero(type ?? 'f32', statement);
    const variable: Variable = { name, type: value.type as Type, mutable: binding === 'var' };
    scope.declare(variable);
    return { kind: 'declare', variable, value, line, column };
  }

  private assign(statement: Extract<Statement, { kind: 'assign' }>, scope: Scope): TypedStatement {
    const { target, operator, line, column } = statement;
    const whole = target.kind === 'member' ? target.of : target;
    const variable = whole.kind === 'name' ? scope.find(whole.name) : undefined;
    if (!variable || variable.kind === 'literal') {
      refuse(statement, 'only a variable, or a member of one, can be assigned');
    }
    if (!variable.mutable) refuse(statement, `${variable.name} cannot change: declare it with var`);
    const old = this.expressions.check(target, scope);
    if (statement.counts && old.type !== 'i32' && old.type !== 'u32') {
      refuse(statement, `++ and -- count whole numbers, and this is ${old.type}; write += 1`);
    }
    const value: Expression = operator
      ? { kind: 'binary', operator, left: target, right: statement.value, line, column }
      : statement.value;
    return {
      kind: 'assign',
      variable,
      member: old.kind === 'member' ? old.index : undefined,
      value: this.value(value, scope, old.type as Type),
      line,
      column,
    };
  }

  private value(expression: Expression, scope: Scope, type: Type): TypedExpression {
    return this.expressions.as(this.expressions.check(expression, scope), type);
  }

  private type({ name, line, column }: TypeName): Type {
    if (name === 'Cell') return 'Cell';
    const scalar = scalarTypes.find((type) => type === name);
    return (
      scalar ??
      refuse({ line, column }, `${name} is not in the subset; types are f32, i32, u32, bool and Cell`)
    );
  }

  private claim(declared: Position & { readonly name: string }, scope: Scope): void {
    const { name } = declared;
    const words = scope === this.globals ? wordsOfEngines : undefined;
    if (this.taken.has(name) || words?.has(name))
      refuse(declared, `${name} already has a meaning here; choose another name`);
    if (scope.declares(name)) refuse(declared, `${name} is declared twice`);
  }
}

function isWgslName(name: string): boolean {
  const words = [
    ...givenNames,
    ...scalarTypes,
    ...builtins.keys(),
    ...refusedBuiltins.keys(),
    ...wordsOfEngines,
  ];
  return words.includes(name);
}

function alwaysReturns(body: readonly TypedStatement[]): boolean {
  return body.some((statement) => {
    switch (statement.kind) {
      case 'return':
        return true;
      case 'block':
        return alwaysReturns(statement.body);
      case 'if':
        return alwaysReturns(statement.yes) && alwaysReturns(statement.no);
      default:
        return false;
    }
  });
}
