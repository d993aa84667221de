import { ModelError } from '../../core/errors.js';
import { type Token, tokenize } from './lexer.js';
import { MAX_NESTING, MAX_OPERATORS, MAX_PARAMETERS } from './limits.js';
import type {
  ArithmeticOperator,
  BinaryOperator,
  Declaration,
  Expression,
  FunctionSyntax,
  ModuleSyntax,
  Parameter,
  Position,
  Statement,
  TypeName,
} from './syntax.js';
import { keywords, nameFault } from './vocabulary.js';

/** Reads a WGSL source of the subset. Throws ModelError where the text is not WGSL, or steps outside the subset. */
export function parse(source: string): ModuleSyntax {
  return new Parser(tokenize(source)).module();
}

const FOR_ONLY =
  'the only loop is a `for` whose number of turns is known when the model compiles, so that no job can hang a device';
const NO_EFFECTS = 'a model declares no memory, binding or shader stage: it is a pure function of one cell';

const NO_COMPOSITES = 'arrays, vectors and matrices are not in the subset; name each value';
const COMPOSITE = /^(?:array|(?:vec[234]|mat[234]x[234])[fhiu]?)$/;

/** Statements and declarations of WGSL that are left out of the subset, with the reason. */
const refusedWords: ReadonlyMap<string, string> = new Map([
  ['while', FOR_ONLY],
  ['loop', FOR_ONLY],
  ['continuing', FOR_ONLY],
  ['break', 'break is not in the subset; put the rest of the loop in an if'],
  ['continue', 'continue is not in the subset; put the rest of the loop in an if'],
  ['switch', 'switch is not in the subset; write if and else'],
  ['discard', 'a cell cannot be discarded; return its old values'],
  ['alias', 'alias is not in the subset; write f32, i32, u32 or bool'],
  ['enable', 'extensions are not in the subset: every device must compute the same'],
  ['requires', 'extensions are not in the subset: every device must compute the same'],
  ['diagnostic', 'diagnostic is not in the subset'],
  ['override', 'override is not in the subset; list the value among the constants and read it as param.NAME'],
  ['const_assert', 'const_assert is not in the subset'],
]);

const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=']);
const sums: ReadonlySet<string> = new Set(['+', '-']);
const products: ReadonlySet<string> = new Set(['*', '/', '%']);
const assignments: ReadonlyMap<string, ArithmeticOperator | undefined> = new Map([
  ['=', undefined],
  ['+=', '+'],
  ['-=', '-'],
  ['*=', '*'],
  ['/=', '/'],
  ['%=', '%'],
]);

class Parser {
  private next = 0;
  private open = 0;
  private readonly heights = new WeakMap<Expression, number>();

  constructor(private readonly tokens: readonly Token[]) {}

  module(): ModuleSyntax {
    const constants: ModuleSyntax['constants'][number][] = [];
    const structs: ModuleSyntax['structs'][number][] = [];
    const functions: FunctionSyntax[] = [];
    while (this.token.kind !== 'end') {
      if (this.accept(';')) continue;
      this.refuseWord();
      if (this.token.text === 'const') constants.push(this.declaration());
      else if (this.token.text === 'struct') structs.push(this.struct());
      else if (this.token.text === 'fn') functions.push(this.function());
      else if (this.token.text === '@' || this.token.text === 'var') this.refuse(NO_EFFECTS);
      else this.refuse(`expected struct, const or fn here, not ${this.shown}`);
    }
    return { constants, structs, functions };
  }

  private struct(): ModuleSyntax['structs'][number] {
    this.expect('struct');
    const at = position(this.token);
    const name = this.newName();
    this.expect('{');
    const members = this.list('}', () => this.parameter());
    return { name, members, ...at };
  }

  private function(): FunctionSyntax {
    this.expect('fn');
    const at = position(this.token);
    const name = this.newName();
    this.expect('(');
    const parameters = this.list(')', () => this.parameter());
    if (parameters.length > MAX_PARAMETERS) this.refuse(`more than ${MAX_PARAMETERS} parameters`);
    if (this.token.text !== '->')
      this.refuse(`${name} must return a value: a model's functions have no effects`);
    this.expect('->');
    const returns = this.typeName();
    return { name, parameters, returns, body: this.block(), ...at };
  }

  private parameter(): Parameter {
    if (this.token.text === '@') this.refuse(NO_EFFECTS);
    const at = position(this.token);
    const name = this.newName();
    this.expect(':');
    return { name, type: this.typeName(), ...at };
  }

  private typeName(): TypeName {
    const at = position(this.token);
    if (this.token.kind !== 'word') this.refuse(`expected a type here, not ${this.shown}`);
    if (COMPOSITE.test(this.token.text)) this.refuse(NO_COMPOSITES);
    return { name: this.advance().text, ...at };
  }

  private block(): Statement[] {
    this.expect('{');
    const body: Statement[] = [];
    while (this.token.text !== '}') {
      if (this.token.kind === 'end') this.refuse('a block is not closed: } is missing');
      if (!this.accept(';')) body.push(this.statement());
    }
    this.expect('}');
    return body;
  }

  private statement(): Statement {
    return this.nested(() => {
      this.refuseWord();
      const at = position(this.token);
      switch (this.token.text) {
        case '{':
          return { kind: 'block', body: this.block(), ...at };
        case 'if':
          return this.branch();
        case 'for':
          return this.loop();
        case 'return': {
          this.advance();
          const value = this.expression();
          this.expect(';');
          return { kind: 'return', value, ...at };
        }
        case 'const':
        case 'let':
        case 'var':
          return this.declaration();
        default: {
          const assignment = this.assignment();
          this.expect(';');
          return assignment;
        }
      }
    });
  }

  private branch(): Statement {
    const at = position(this.token);
    this.expect('if');
    const condition = this.expression();
    const yes = this.block();
    if (!this.accept('else')) return { kind: 'if', condition, yes, no: [], ...at };
    const no = this.token.text === 'if' ? [this.nested(() => this.branch())] : this.block();
    return { kind: 'if', condition, yes, no, ...at };
  }

  private loop(): Statement {
    const at = position(this.token);
    this.expect('for');
    this.expect('(');
    let start: Statement | undefined;
    if (this.token.text === 'var' || this.token.text === 'let') start = this.declaration();
    else if (!this.accept(';')) {
      start = this.assignment();
      this.expect(';');
    }
    if (this.token.text === ';') this.refuse(FOR_ONLY);
    const condition = this.expression();
    this.expect(';');
    const next = this.token.text === ')' ? undefined : this.assignment();
    this.expect(')');
    return { kind: 'for', start, condition, next, body: this.block(), ...at };
  }

  private declaration(): Position & Declaration {
    const binding = this.advance().text as Declaration['binding'];
    if (this.token.text === '<') this.refuse(NO_EFFECTS);
    const at = position(this.token);
    const name = this.newName();
    const type = this.accept(':') ? this.typeName() : undefined;
    if (this.token.text !== '=' && (binding !== 'var' || !type)) {
      this.refuse(`${name} needs a value${binding === 'var' ? ' or a type' : ''}`);
    }
    const value = this.accept('=') ? this.expression() : undefined;
    this.expect(';');
    return { kind: 'declare', binding, name, type, value, ...at };
  }

  private assignment(): Statement {
    const at = position(this.token);
    const target = this.unary();
    const { text } = this.token;
    if (text === '++' || text === '--') {
      this.advance();
      const one: Expression = { kind: 'number', type: 'abstract-int', value: 1, ...at };
      return { kind: 'assign', target, operator: text === '++' ? '+' : '-', value: one, counts: true, ...at };
    }
    if (!assignments.has(text)) {
      this.refuse(
        target.kind === 'call'
          ? `the value of ${target.callee} is not used, and functions have no effects here`
          : `expected an assignment, not ${this.shown}`,
      );
    }
    this.advance();
    return { kind: 'assign', target, operator: assignments.get(text), value: this.expression(), ...at };
  }

  private expression(): Expression {
    return this.nested(() => {
      const left = this.comparison();
      const operator = this.token.text;
      if (operator !== '&&' && operator !== '||') return left;
      const whole = this.chain(left, new Set([operator]), () => this.comparison());
      if (this.token.text === '&&' || this.token.text === '||') {
        this.refuse('&& and || stand side by side; say with parentheses which comes first');
      }
      return whole;
    });
  }

  private comparison(): Expression {
    const left = this.sum();
    if (!comparisons.has(this.token.text)) return left;
    const operator = this.advance() as Token & { text: BinaryOperator };
    const right = this.sum();
    if (comparisons.has(this.token.text)) this.refuse('comparisons cannot be chained; join two with &&');
    return this.grown(
      { kind: 'binary', operator: operator.text, left, right, ...position(operator) },
      left,
      right,
    );
  }

  private sum(): Expression {
    return this.chain(this.product(), sums, () => this.product());
  }

  private product(): Expression {
    return this.chain(this.unary(), products, () => this.unary());
  }

  private chain(first: Expression, operators: ReadonlySet<string>, operand: () => Expression): Expression {
    let left = first;
    while (operators.has(this.token.text)) {
      const operator = this.advance() as Token & { text: BinaryOperator };
      const right = operand();
      left = this.grown(
        { kind: 'binary', operator: operator.text, left, right, ...position(operator) },
        left,
        right,
      );
    }
    return left;
  }

  private unary(): Expression {
    const { text } = this.token;
    const at = position(this.token);
    if (text === '-' || text === '!') {
      this.advance();
      const operand = this.nested(() => this.unary());
      return this.grown({ kind: 'unary', operator: text, operand, ...at }, operand);
    }
    if (text === '--') this.refuse('write - -x, not --x');
    if (text === '*' || text === '&') this.refuse('pointers are not in the subset');
    if (text === '~') this.refuse('operations on bits are not in the subset');
    return this.members(this.primary());
  }

  private members(first: Expression): Expression {
    let of = first;
    while (this.accept('.')) {
      const at = position(this.token);
      if (this.token.kind !== 'word') this.refuse(`expected the name of a member, not ${this.shown}`);
      of = this.grown({ kind: 'member', of, member: this.advance().text, ...at }, of);
    }
    if (this.token.text === '[') this.refuse(NO_COMPOSITES);
    if (['&', '|', '^', '<<', '>>'].includes(this.token.text)) {
      this.refuse(
        `${this.token.text} works on bits, which is not in the subset; write && or || for truth values`,
      );
    }
    return of;
  }

  private primary(): Expression {
    const { token } = this;
    const at = position(token);
    if (token.kind === 'number') {
      this.advance();
      return { kind: 'number', type: token.type, value: token.value, ...at };
    }
    if (this.accept('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (token.kind !== 'word') this.refuse(`expected a value here, not ${this.shown}`);
    if (token.text === 'true' || token.text === 'false') {
      this.advance();
      return { kind: 'truth', value: token.text === 'true', ...at };
    }
    if (keywords.has(token.text)) this.refuse(`expected a value here, not ${this.shown}`);
    if (COMPOSITE.test(token.text)) this.refuse(NO_COMPOSITES);
    this.advance();
    if (!this.accept('(')) return { kind: 'name', name: token.text, ...at };
    const args = this.list(')', () => this.expression());
    return this.grown({ kind: 'call', callee: token.text, args, ...at }, ...args);
  }

  private list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.accept(close)) {
      items.push(item());
      if (this.token.text !== close) this.expect(',');
      else {
        this.advance();
        break;
      }
    }
    return items;
  }

  private newName(): string {
    if (this.token.kind !== 'word') this.refuse(`expected a name here, not ${this.shown}`);
    const { text } = this.token;
    const fault = nameFault(text);
    if (fault !== undefined) this.refuse(fault);
    this.advance();
    return text;
  }

  private nested<Result>(inner: () => Result): Result {
    this.open += 1;
    if (this.open > MAX_NESTING) this.refuse(`nested more than ${MAX_NESTING} deep`);
    const result = inner();
    this.open -= 1;
    return result;
  }

  /** Later passes walk expressions by recursion, so a long chain is as deep as many parentheses. */
  private grown(expression: Expression, ...parts: readonly Expression[]): Expression {
    const height = 1 + Math.max(0, ...parts.map((part) => this.heights.get(part) ?? 0));
    if (height > MAX_OPERATORS) {
      const reason = `more than ${MAX_OPERATORS} operators in one expression; split it with let`;
      throw new ModelError(expression.line, expression.column, reason);
    }
    this.heights.set(expression, height);
    return expression;
  }

  private get token(): Token {
    const token = this.tokens[this.next];
    if (!token) throw new RangeError('read past the end of the tokens');
    return token;
  }

  private get shown(): string {
    return this.token.kind === 'end' ? 'the end of the text' : this.token.text;
  }

  private advance(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.next += 1;
    return token;
  }

  private accept(text: string): boolean {
    const found = this.token.text === text && this.token.kind !== 'end';
    if (found) this.advance();
    return found;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.refuse(`expected ${text} here, not ${this.shown}`);
  }

  private refuseWord(): void {
    const reason = this.token.kind === 'word' ? refusedWords.get(this.token.text) : undefined;
    if (reason !== undefined) this.refuse(reason);
  }

  private refuse(reason: string): never {
    throw new ModelError(this.token.line, this.token.column, reason);
  }
}

function position({ line, column }: Position): Position {
  return { line, column };
}
