import type { NodeIndex } from '../compiler/program.js';
import { type Operation, operandsOf } from './operations.js';

/** What a value looks like wherever it stands along x, and where it stands. */
export interface Translate {
  /** Equal for values that are translates of one another along x. */
  readonly shape: number;
  /** Distance in cells along x; values of one shape with the same anchor are the same. */
  readonly anchor: number;
  /** Operations and loads that it takes, counted once for each use. */
  readonly size: number;
}

/** For each operation, where it stands among its translates; undefined for what is the same in every cell. */
export function translatesOf(operations: readonly Operation[]): (Translate | undefined)[] {
  const shapes = new Map<string, number>();
  const translates: (Translate | undefined)[] = [];
  for (const operation of operations) translates.push(translateOf(operation));
  return translates;

  function translateOf(operation: Operation): Translate | undefined {
    if (operation.kind === 'uniform') return undefined;
    if (operation.kind === 'carried') throw new TypeError('what is carried has no place of its own');
    if (operation.kind === 'load') {
      const [x, y, z] = operation.at;
      return { shape: shapeOf(`${operation.array} ${operation.name} ${y} ${z}`), anchor: x, size: 1 };
    }
    const operands = operandsOf(operation).map((index) => ({ index, translate: translates[index] }));
    const anchor = operands.find(({ translate }) => translate)?.translate?.anchor ?? 0;
    const parts = operands.map(({ index, translate }) =>
      translate ? `${translate.shape}@${translate.anchor - anchor}` : `uniform ${index}`,
    );
    const size = operands.reduce((sum, { translate }) => sum + (translate?.size ?? 0), 1);
    return { shape: shapeOf(`${nameOf(operation)} ${parts.join(' ')}`), anchor, size };
  }

  function shapeOf(key: string): number {
    const shape = shapes.get(key) ?? shapes.size;
    shapes.set(key, shape);
    return shape;
  }
}

function nameOf(operation: Exclude<Operation, { kind: 'uniform' | 'load' | 'carried' }>): string {
  switch (operation.kind) {
    case 'unary':
    case 'binary':
      return operation.operation;
    case 'shift':
      return `shift ${operation.by}`;
    case 'select':
      return 'select';
  }
}

/** The indices of those values that stand at several places, by shape. */
export function byShape(
  translates: readonly (Translate | undefined)[],
  chosen: (translate: Translate, index: NodeIndex) => boolean,
): Map<number, NodeIndex[]> {
  const groups = new Map<number, NodeIndex[]>();
  for (const [index, translate] of translates.entries()) {
    if (!translate || !chosen(translate, index)) continue;
    const group = groups.get(translate.shape) ?? [];
    groups.set(translate.shape, [...group, index]);
  }
  return new Map([...groups].filter(([, group]) => group.length > 1));
}
