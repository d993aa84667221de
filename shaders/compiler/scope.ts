import type { Literal, Variable } from './typed.js';

export type Binding = (Variable & { readonly kind?: undefined }) | Literal;

/** The names that a block declares, inside the blocks around it. A `const` stands for its value. */
export class Scope {
  private readonly names = new Map<string, Binding>();

  constructor(private readonly outer: Scope | undefined) {}

  declare(variable: Variable): void {
    this.names.set(variable.name, variable);
  }

  declareConstant(name: string, value: Literal): void {
    this.names.set(name, value);
  }

  declares(name: string): boolean {
    return this.names.has(name);
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }
}
