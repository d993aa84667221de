import { type Compiled, programFor } from '../../../shaders/compiler/compile.js';
import {
  type Node,
  type NodeIndex,
  operandsOf,
  type Program,
  type Read,
} from '../../../shaders/compiler/program.js';

/** One product of an update: the new level of the wave `of` has a coefficient times what is read. */
export interface Term {
  readonly of: string;
  readonly read: Read;
  /** Where the program reads it. */
  readonly node: NodeIndex;
}

/**
 * An update whose new waves are sums of old ones, each times a coefficient that depends on the media of the cell and on
 * nothing else. Trackers that watch are left out.
 */
export interface LinearUpdate {
  readonly program: Program;
  /** Names of the wave fields, in the model's order. */
  readonly waves: readonly string[];
  /** The node with each wave's new level. */
  readonly results: ReadonlyMap<string, NodeIndex>;
  readonly terms: readonly Term[];
  /** What each node of the program stands for. */
  readonly roles: readonly Role[];
}

/** `zero`: a literal 0, which is a coefficient and an empty sum of waves alike. `other`: neither, and why. */
export type Role =
  | { readonly kind: 'zero' }
  | { readonly kind: 'coefficient' }
  | { readonly kind: 'waves' }
  | { readonly kind: 'other'; readonly reason: string };

export type Linearity =
  | { readonly kind: 'linear'; readonly update: LinearUpdate }
  | { readonly kind: 'not linear'; readonly reason: string };

/** Whether a model can be audited by reciprocity, found from its program alone. Throws ModelError where it does not run in so many dimensions. */
export function linearityOf(compiled: Compiled, dimensions: 2 | 3): Linearity {
  const { fields } = compiled.model;
  const program = programFor(compiled, dimensions);
  const waves = fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name);
  const roles: Role[] = [];
  for (const node of program.nodes) roles.push(roleOf(node, waves, roles));
  const terms: Term[] = [];
  const results = new Map<string, NodeIndex>();
  for (const [index, { name, kind }] of fields.entries()) {
    if (kind !== 'wave') continue;
    const result = program.results[index] as NodeIndex;
    const role = roles[result] as Role;
    if (role.kind === 'other') return { kind: 'not linear', reason: `${name} ${role.reason}` };
    if (role.kind === 'coefficient') return { kind: 'not linear', reason: `${name} ${SET}` };
    results.set(name, result);
    for (const { node, read } of readsBehind(program, result, roles)) terms.push({ of: name, read, node });
  }
  return { kind: 'linear', update: { program, waves, results, terms, roles } };
}

const SET = 'is set to what is no sum of waves';
const ADDED = 'has something added to it that is no wave';

function roleOf(node: Node, waves: readonly string[], roles: readonly Role[]): Role {
  const operands = operandsOf(node).map((index) => roles[index] as Role);
  const broken = operands.find(({ kind }) => kind === 'other');
  if (broken) return broken;
  switch (node.kind) {
    case 'literal':
      return { kind: node.value === 0 ? 'zero' : 'coefficient' };
    case 'constant':
    case 'medium':
      return { kind: 'coefficient' };
    case 'time':
      return other('depends on the time');
    case 'read':
      return waves.includes(node.field) ? { kind: 'waves' } : other(`depends on the tracker ${node.field}`);
    case 'unary':
    case 'binary':
    case 'select':
      return operands.some(({ kind }) => kind === 'waves')
        ? roleOfWaves(node, operands)
        : { kind: 'coefficient' };
  }
}

/** The role of an operation on waves and, it may be, on coefficients. */
function roleOfWaves(
  node: Extract<Node, { kind: 'unary' | 'binary' | 'select' }>,
  operands: readonly Role[],
): Role {
  const kinds = operands.map(({ kind }) => kind);
  const [first, second, third] = kinds;
  const summable = (...terms: (Role['kind'] | undefined)[]): Role =>
    terms.includes('coefficient') ? other(ADDED) : { kind: 'waves' };
  switch (node.kind) {
    case 'unary':
      return node.operation === 'negate' ? { kind: 'waves' } : other(`takes ${node.operation} of a wave`);
    case 'select':
      return summable(second, third);
    case 'binary':
      switch (node.operation) {
        case 'add':
        case 'subtract':
          return summable(first, second);
        case 'multiply':
          return first === 'waves' && second === 'waves' ? other('multiplies waves') : { kind: 'waves' };
        case 'divide':
          return second === 'waves' ? other('divides by a wave') : { kind: 'waves' };
        default:
          return other(`takes ${node.operation} of a wave`);
      }
  }
}

const other = (reason: string): Role => ({ kind: 'other', reason });

function readsBehind(program: Program, result: NodeIndex, roles: readonly Role[]): Omit<Term, 'of'>[] {
  const needed = new Set([result]);
  const reads: Omit<Term, 'of'>[] = [];
  for (let index = result; index >= 0; index -= 1) {
    const node = program.nodes[index] as Node;
    if (!needed.has(index) || roles[index]?.kind !== 'waves') continue;
    if (node.kind === 'read') reads.push({ node: index, read: node });
    for (const operand of operandsOf(node)) needed.add(operand);
  }
  return reads;
}
