/** Where something stands in the WGSL, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A number without a suffix is abstract: it becomes what its surroundings need. */
export type NumberType = 'f32' | 'i32' | 'u32' | 'abstract-int' | 'abstract-float';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
type LogicOperator = '&&' | '||';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicOperator;

export type Expression = Position &
  (
    | { readonly kind: 'number'; readonly type: NumberType; readonly value: number }
    | { readonly kind: 'truth'; readonly value: boolean }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression; readonly member: string }
    | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expression[] }
    | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
  );

export type Statement = Position &
  (
    | Declaration
    | {
        readonly kind: 'assign';
        readonly target: Expression;
        /** The operator of `+=` and its like. */
        readonly operator: ArithmeticOperator | undefined;
        readonly value: Expression;
        /** Written as `++` or `--`, which whole numbers alone have. */
        readonly counts?: boolean;
      }
    | {
        readonly kind: 'if';
        readonly condition: Expression;
        readonly yes: readonly Statement[];
        readonly no: readonly Statement[];
      }
    | {
        readonly kind: 'for';
        readonly start: Statement | undefined;
        readonly condition: Expression;
        readonly next: Statement | undefined;
        readonly body: readonly Statement[];
      }
    | { readonly kind: 'block'; readonly body: readonly Statement[] }
    | { readonly kind: 'return'; readonly value: Expression }
  );

export interface Declaration {
  readonly kind: 'declare';
  readonly binding: 'const' | 'let' | 'var';
  readonly name: string;
  readonly type: TypeName | undefined;
  /** A `var` without one starts at zero. */
  readonly value: Expression | undefined;
}

export interface TypeName extends Position {
  readonly name: string;
}

export interface Parameter extends Position {
  readonly name: string;
  readonly type: TypeName;
}

export interface FunctionSyntax extends Position {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: TypeName;
  readonly body: readonly Statement[];
}

/** A whole source: its constants, its one struct and its functions, each in the order of the text. */
export interface ModuleSyntax {
  readonly constants: readonly (Position & Declaration)[];
  readonly structs: readonly (Position & { readonly name: string; readonly members: readonly Parameter[] })[];
  readonly functions: readonly FunctionSyntax[];
}
