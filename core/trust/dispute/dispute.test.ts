import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grid } from '../../grid/grid.js';
import {
  type Answer,
  type Dispute,
  nextQuestion,
  openDispute,
  type Question,
  type Settlement,
  withAnswer,
} from './dispute.js';
import { bricksReached } from './reach.js';

const SHARDS = 6;
const CELLS = 4;
const START = 100;
const STEPS = 16;

/** What a peer does wrong, at one step. */
interface Lie {
  readonly shard: number;
  readonly step: number;
  /** `denies`: signs for another halo than came, and computes with it. */
  readonly kind: 'computes' | 'sends' | 'denies' | 'hides';
}

/**
 * A row of cells on a ring, a brick and a shard for each four, with an exchange at every step: small, and as coupled as a wave. What each
 * peer says that it had, sent and received.
 */
class Ring {
  readonly states: number[][][] = [];
  /** By step and sender: to the left, to the right. */
  readonly sent: (readonly [number, number])[][] = [];
  /** By step and receiver: from the left, from the right. */
  readonly received: (readonly [number, number])[][] = [];

  constructor(private readonly lies: readonly Lie[]) {
    this.states.push(
      Array.from({ length: SHARDS }, (_, shard) =>
        Array.from({ length: CELLS }, (_, cell) => 7 * shard + cell),
      ),
    );
    for (let step = START; step < START + STEPS; step += 1) this.#advance(step);
  }

  stateAt(shard: number, step: number): readonly number[] {
    return this.states[step - START]?.[shard] as number[];
  }

  #advance(step: number): void {
    const now = this.states.at(-1) as number[][];
    const lies = (shard: number, kind: Lie['kind']) =>
      this.lies.some((lie) => lie.shard === shard && lie.step === step && lie.kind === kind);
    const sent = now.map((cells, shard) => {
      const off = lies(shard, 'sends') ? 1 : 0;
      return [cells[0] as number, (cells.at(-1) as number) + off] as const;
    });
    const received = now.map((_, shard) => {
      const off = lies(shard, 'denies') ? 1 : 0;
      return [(sent[left(shard)]?.[1] as number) + off, sent[right(shard)]?.[0] as number] as const;
    });
    this.sent.push(sent);
    this.received.push(received);
    this.states.push(
      now.map((cells, shard) =>
        next(cells, received[shard] as [number, number]).map(
          (cell) => cell + (lies(shard, 'computes') ? 1 : 0),
        ),
      ),
    );
  }
}

const left = (shard: number) => (shard + SHARDS - 1) % SHARDS;
const right = (shard: number) => (shard + 1) % SHARDS;
const next = (cells: readonly number[], [before, after]: readonly [number, number]) =>
  cells.map((cell, i) => (3 * (cells[i - 1] ?? before) + 5 * cell + 7 * (cells[i + 1] ?? after)) % 1_000_003);
const same = (a: readonly number[], b: readonly number[]) => a.every((cell, i) => cell === b[i]);
const suspect = (shard: number) => ({ shard, brick: [0, 0, shard] as const });

/** Answers as a coordinator would, that has the claims, and computes again what comes of the start. */
function refereeOf(claims: Ring, lies: readonly Lie[]): (question: Question) => Answer {
  const truth = new Ring([]);
  return (question) => {
    const { shard } = question.suspect;
    const hidden = lies.some((lie) => lie.shard === shard && lie.kind === 'hides');
    if (question.kind === 'state') {
      if (hidden) return { kind: 'silent' };
      const isRight = same(claims.stateAt(shard, question.step), truth.stateAt(shard, question.step));
      return { kind: isRight ? 'right' : 'wrong' };
    }
    if (hidden) return { kind: 'silent' };
    const at = question.from - START;
    const halos = claims.received[at]?.[shard] as [number, number];
    if (halos[0] !== claims.sent[at]?.[left(shard)]?.[1]) return { kind: 'denied', by: left(shard) };
    if (halos[1] !== claims.sent[at]?.[right(shard)]?.[0]) return { kind: 'denied', by: right(shard) };
    const reached = next(claims.stateAt(shard, question.from), halos);
    if (!same(reached, claims.stateAt(shard, question.to))) return { kind: 'does not follow' };
    const due = truth.received[at]?.[shard] as [number, number];
    if (halos[0] !== due[0]) return { kind: 'follows', falseHalo: suspect(left(shard)) };
    if (halos[1] !== due[1]) return { kind: 'follows', falseHalo: suspect(right(shard)) };
    return { kind: 'follows' };
  };
}

function settle(
  claims: Ring,
  lies: readonly Lie[],
  accused: number,
): { settlement: Settlement; questions: number } {
  const referee = refereeOf(claims, lies);
  let dispute: Dispute = openDispute(suspect(accused), START, START + STEPS, 1);
  for (let questions = 0; ; questions += 1) {
    const question = nextQuestion(dispute);
    if (!question)
      return { settlement: (dispute as Extract<Dispute, { kind: 'settled' }>).settlement, questions };
    dispute = withAnswer(dispute, referee(question));
  }
}

const steps = fc.integer({ min: START, max: START + STEPS - 1 });
const shards = fc.nat(SHARDS - 1);
/** Shards whose end is wrong. */
const wrongAtEnd = (claims: Ring) => {
  const truth = new Ring([]);
  return Array.from({ length: SHARDS }, (_, shard) => shard).filter(
    (shard) => !same(claims.stateAt(shard, START + STEPS), truth.stateAt(shard, START + STEPS)),
  );
};

describe('a dispute', () => {
  it.each([
    ['computes', 'computed'],
    ['sends', 'false halo'],
  ] as const)('names the one who %s wrong, whoever is accused, and the step', (kind, why) => {
    fc.assert(
      fc.property(shards, steps, (shard, step) => {
        const lies: Lie[] = [{ shard, step, kind }];
        const claims = new Ring(lies);
        for (const accused of wrongAtEnd(claims)) {
          const { settlement, questions } = settle(claims, lies, accused);
          expect(settlement).toEqual({ kind: 'liar', suspect: suspect(shard), why, step });
          expect(questions).toBeLessThan(STEPS * 5);
        }
      }),
    );
  });

  it('names one of two who lie together, and no honest peer', () => {
    fc.assert(
      fc.property(
        shards,
        steps,
        steps,
        fc.constantFrom<Lie['kind']>('computes', 'sends'),
        (shard, one, other, kind) => {
          const lies: Lie[] = [
            { shard, step: one, kind: 'sends' },
            { shard: right(shard), step: other, kind },
          ];
          const claims = new Ring(lies);
          for (const accused of wrongAtEnd(claims)) {
            const { settlement } = settle(claims, lies, accused);
            if (settlement.kind !== 'liar') throw new TypeError(`settled with ${settlement.kind}`);
            expect([shard, right(shard)]).toContain(settlement.suspect.shard);
          }
        },
      ),
    );
  });

  it('leaves two who signed for different halos, one of whom lies', () => {
    fc.assert(
      fc.property(shards, steps, (shard, step) => {
        const lies: Lie[] = [{ shard, step, kind: 'denies' }];
        const claims = new Ring(lies);
        for (const accused of wrongAtEnd(claims)) {
          expect(settle(claims, lies, accused).settlement).toEqual({
            kind: 'one of two',
            shards: [shard, left(shard)],
            step,
          });
        }
      }),
    );
  });

  it('takes silence for a lie', () => {
    const lies: Lie[] = [
      { shard: 2, step: START + 3, kind: 'computes' },
      { shard: 2, step: START, kind: 'hides' },
    ];
    const { settlement } = settle(new Ring(lies), lies, 2);
    expect(settlement).toMatchObject({ kind: 'liar', suspect: suspect(2), why: 'silent' });
  });

  it('accuses nobody where all that was shown is right', () => {
    expect(settle(new Ring([]), [], 1).settlement.kind).toBe('nobody');
  });

  it('takes no answer to another question', () => {
    const dispute = openDispute(suspect(0), 0, 8, 4);
    expect(() => withAnswer(dispute, { kind: 'does not follow' })).toThrow(RangeError);
  });
});

describe('what a wrong brick may have spoilt', () => {
  const grid: Grid = { shape: [1, 32, 32], dimensions: 2, brick: [1, 8, 8], periodic: [false, false, true] };
  const wrong = { lo: [0, 8, 0], hi: [1, 16, 8] } as const;

  it('is itself at first, and what its light cone reaches later, round a periodic axis as well', () => {
    expect(bricksReached(grid, wrong, 0, 2)).toEqual([[0, 1, 0]]);
    const near = [0, 1, 2].flatMap((y) => [0, 1, 3].map((x) => [0, y, x]));
    expect(bricksReached(grid, wrong, 1, 2)).toEqual(near);
    expect(bricksReached(grid, wrong, 4, 2)).toEqual(near);
    expect(bricksReached(grid, wrong, 5, 2)).toHaveLength(16);
  });
});
