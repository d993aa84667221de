import type { NodeIndex } from '../compiler/program.js';
import type { Code, Instruction } from './code.js';
import type { Bytes } from './encoding.js';
import { binaryInstructions, local, shuffle, unaryInstructions, v128 } from './instructions.js';
import { LANES, type Load, type Operation, operandsOf } from './operations.js';
import type { Block } from './strip.js';

/** Where a block finds what it works on. Numbers are of locals. */
export interface Places {
  /** Addresses of a block's first cells, less where their array begins. */
  readonly cells: number;
  readonly media: number;
  /** Which lanes are inside the box. */
  readonly mask: number;
  readonly uniform: (node: NodeIndex) => Bytes;
  /** The first of the slots that are carried along. */
  readonly carried: number;
  /** The first of those that a block may use as it likes. */
  readonly free: number;
  /** For each field, the array that its new values go to, by the level at which it is read until then. */
  readonly targets: readonly Pick<Load, 'array' | 'name'>[];
}

/** Instructions, and how many of the free locals they use. */
export interface BlockText {
  readonly code: Code;
  readonly locals: number;
}

/** Each new value is stored as soon as it is there. Masked, cells outside the box keep theirs. */
export function blockCode(block: Block, places: Places, lanes: 'whole' | 'masked'): BlockText {
  const roots = [...block.vectors.flatMap(({ results }) => results), ...block.carried];
  const values = new Values(block.operations, roots, places);
  for (const { at, results } of block.vectors) {
    for (const [field, result] of results.entries()) {
      const target: Load = { kind: 'load', at, ...(places.targets[field] as Pick<Load, 'array' | 'name'>) };
      values.add(local.get(places.cells));
      values.take(result);
      values.holdIfNeeded(target);
      if (lanes === 'masked') {
        values.add(local.get(places.cells), { access: 'load', cells: target });
        values.add(local.get(places.mask), v128.bitselect);
      }
      values.add({ access: 'store', cells: target });
    }
  }
  carry(block.carried, values, places);
  return values.text;
}

/** Puts in place what the first block of a row finds carried along. */
export function beginningCode(
  { operations, carried }: Pick<Block, 'operations' | 'carried'>,
  places: Places,
): BlockText {
  const values = new Values(operations, carried, places);
  carry(carried, values, places);
  return values.text;
}

/** All are taken before any is replaced: one slot's next value may be another's last. */
function carry(next: readonly NodeIndex[], values: Values, { carried }: Places): void {
  for (const index of next) values.take(index);
  for (const slot of next.keys()) values.add(local.set(carried + next.length - 1 - slot));
}

/**
 * Writes down operations in the order in which they are taken, loads where they are first needed. What is used again
 * stays in a local until its last use.
 */
class Values {
  private readonly code: Instruction[] = [];
  private readonly uses: number[];
  private readonly slots = new Map<NodeIndex, number>();
  private readonly freed: number[] = [];
  private locals = 0;

  constructor(
    private readonly operations: readonly Operation[],
    roots: readonly NodeIndex[],
    private readonly places: Places,
  ) {
    this.uses = usesOf(operations, roots);
  }

  get text(): BlockText {
    return { code: this.code, locals: this.locals };
  }

  add(...instructions: readonly Instruction[]): void {
    this.code.push(...instructions);
  }

  /** Leaves a value on the stack. Without recursion: operations may be nested by the thousand. */
  take(root: NodeIndex): void {
    // Those whose operands are on the stack by then are marked by ~.
    const pending = [root];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const ready = next < 0;
      const index = ready ? ~next : next;
      const operation = this.operations[index] as Operation;
      if (ready) {
        this.add(...this.instructions(operation));
        this.uses[index] = (this.uses[index] as number) - 1;
        if ((this.uses[index] as number) > 0 && !isAtHand(operation))
          this.add(local.tee(this.slotFor(index)));
      } else if (this.slots.has(index)) {
        this.takeAgain(index);
      } else {
        const operands = operandsOf(operation);
        pending.push(~index);
        for (let place = operands.length - 1; place >= 0; place -= 1) {
          pending.push(operands[place] as NodeIndex);
        }
      }
    }
  }

  /** Loads what is about to be overwritten, if something still needs it. */
  holdIfNeeded({ array, name, at }: Load): void {
    const index = this.operations.findIndex(
      (operation) =>
        operation.kind === 'load' &&
        operation.array === array &&
        operation.name === name &&
        operation.at.every((place, axis) => place === at[axis]),
    );
    if (index < 0 || this.uses[index] === 0 || this.slots.has(index)) return;
    this.add(...this.instructions(this.operations[index] as Operation), local.set(this.slotFor(index)));
  }

  private takeAgain(index: NodeIndex): void {
    const slot = this.slots.get(index) as number;
    this.add(local.get(slot));
    this.uses[index] = (this.uses[index] as number) - 1;
    if (this.uses[index] === 0) {
      this.slots.delete(index);
      this.freed.push(slot);
    }
  }

  private slotFor(index: NodeIndex): number {
    const slot = this.freed.pop() ?? this.places.free + this.locals++;
    this.slots.set(index, slot);
    return slot;
  }

  private instructions(operation: Operation): Code {
    const { uniform, carried, cells, media } = this.places;
    switch (operation.kind) {
      case 'uniform':
        return [uniform(operation.node)];
      case 'carried':
        return [local.get(carried + operation.slot)];
      case 'load':
        return [
          local.get(operation.array === 'medium' ? media : cells),
          { access: 'load', cells: operation },
        ];
      case 'unary':
        return [unaryInstructions[operation.operation]];
      case 'binary':
        return [binaryInstructions[operation.operation]];
      case 'select':
        return [v128.bitselect];
      case 'shift':
        return [shuffle(Array.from({ length: LANES }, (_, lane) => lane + operation.by))];
    }
  }
}

/** Whether it is in a local already. */
function isAtHand({ kind }: Operation): boolean {
  return kind === 'uniform' || kind === 'carried';
}

/** How often each value is used by what the roots need. */
function usesOf(operations: readonly Operation[], roots: readonly NodeIndex[]): number[] {
  const uses = new Array<number>(operations.length).fill(0);
  for (const root of roots) uses[root] = (uses[root] as number) + 1;
  for (let index = operations.length - 1; index >= 0; index -= 1) {
    if (uses[index] === 0) continue;
    for (const operand of operandsOf(operations[index] as Operation)) {
      uses[operand] = (uses[operand] as number) + 1;
    }
  }
  return uses;
}
