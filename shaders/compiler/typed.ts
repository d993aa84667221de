import type { BinaryOperation, UnaryOperation } from './program.js';
import type { Position } from './syntax.js';

export type Scalar = 'f32' | 'i32' | 'u32' | 'bool';
export type Type = Scalar | 'Cell';
/** A number whose type its surroundings still have to settle; always a literal. */
export type Abstract = 'abstract-int' | 'abstract-float';

/** A parameter or a local. Two of the same name in different blocks are two variables. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly mutable: boolean;
}

/** An expression whose names are resolved and whose types agree, conversions written out. */
export type TypedExpression =
  | Literal
  | (Position &
      (
        | { readonly kind: 'variable'; readonly type: Type; readonly variable: Variable }
        | { readonly kind: 'constant'; readonly type: 'f32'; readonly name: string }
        | { readonly kind: 'time'; readonly type: 'f32' }
        | { readonly kind: 'medium'; readonly type: 'f32'; readonly name: string }
        | {
            readonly kind: 'read';
            readonly type: 'f32';
            readonly field: string;
            readonly level: 'now' | 'before';
            /** `dx, dy, dz`; none where the cell itself is meant. */
            readonly offset: readonly TypedExpression[];
          }
        | {
            readonly kind: 'member';
            readonly type: 'f32';
            readonly of: TypedExpression;
            readonly index: number;
          }
        | {
            readonly kind: 'unary';
            readonly type: Scalar;
            readonly operation: UnaryOperation;
            readonly operand: TypedExpression;
          }
        | {
            readonly kind: 'binary';
            readonly type: Scalar;
            readonly operation: BinaryOperation | 'remainder';
            readonly left: TypedExpression;
            readonly right: TypedExpression;
          }
        | {
            readonly kind: 'builtin';
            readonly type: Scalar;
            readonly name: string;
            readonly args: readonly TypedExpression[];
          }
        | { readonly kind: 'convert'; readonly type: Scalar; readonly operand: TypedExpression }
        | {
            readonly kind: 'call';
            readonly type: Type;
            readonly callee: TypedFunction;
            readonly args: readonly TypedExpression[];
          }
        | { readonly kind: 'cell'; readonly type: 'Cell'; readonly members: readonly TypedExpression[] }
      ));

export type Literal = Position & {
  readonly kind: 'literal';
  readonly type: Scalar | Abstract;
  readonly value: number | boolean;
};

export type TypedStatement = Position &
  (
    | { readonly kind: 'declare'; readonly variable: Variable; readonly value: TypedExpression }
    | {
        readonly kind: 'assign';
        readonly variable: Variable;
        /** Index of the member of a Cell that is assigned; the whole variable where it is undefined. */
        readonly member: number | undefined;
        readonly value: TypedExpression;
      }
    | {
        readonly kind: 'if';
        readonly condition: TypedExpression;
        readonly yes: readonly TypedStatement[];
        readonly no: readonly TypedStatement[];
      }
    | {
        readonly kind: 'for';
        readonly start: TypedStatement | undefined;
        readonly condition: TypedExpression;
        readonly next: TypedStatement | undefined;
        readonly body: readonly TypedStatement[];
      }
    | { readonly kind: 'block'; readonly body: readonly TypedStatement[] }
    | { readonly kind: 'return'; readonly value: TypedExpression }
  );

export interface TypedFunction {
  readonly name: string;
  readonly parameters: readonly Variable[];
  readonly returns: Type;
  readonly body: readonly TypedStatement[];
}
