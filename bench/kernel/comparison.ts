import { setTimeout } from 'node:timers/promises';
import { type Contestant, type Runner, Unavailable } from './contestant.js';

/** A contestant of a comparison, and the digest that it has to reach. */
interface CheckedEntrant {
  readonly name: string;
  readonly open: () => Promise<Contestant>;
  readonly digest: number;
}

/** One that computes something else, and is only timed. */
interface TimedEntrant {
  readonly name: string;
  readonly open: () => Promise<Runner>;
}

export type Entrant = CheckedEntrant | TimedEntrant;

/** One value for each round, or why there is none. */
export type Result =
  | { readonly kind: 'measured'; readonly values: readonly number[] }
  | { readonly kind: 'missing'; readonly reason: string };

/** Steps before the digest is compared, and the unit of turns: whole sweeps of whatever makes several steps at once. */
export const CHECK_STEPS = 16;
const ROUNDS = 7;
const POINT_ROUNDS = 3;
/** A turn is as many steps as take about this long. */
const TURN_SECONDS = 0.4;
/** Threads that wait for more work spin some milliseconds before they sleep; nobody else is timed meanwhile. */
const REST_MS = 25;

/**
 * Has every entrant show that it computes the right thing, then times them in turns: each round starts with another one,
 * so that what changes on the machine meanwhile meets all alike. Resolves to cell updates a second, by name; those that
 * the machine lacks are missing. Throws where one computes anything else than its digest says.
 */
export async function compare(
  cells: number,
  entrants: readonly Entrant[],
): Promise<ReadonlyMap<string, Result>> {
  const results = new Map<string, Result>();
  const running: { runner: Runner; steps: number; values: number[] }[] = [];
  try {
    for (const entrant of entrants) {
      const opened = await available(() => ('digest' in entrant ? checked(entrant) : entrant.open()));
      if ('advance' in opened) {
        const values: number[] = [];
        running.push({ runner: opened, steps: CHECK_STEPS, values });
        results.set(entrant.name, { kind: 'measured', values });
      } else results.set(entrant.name, opened);
    }
    for (const turn of running) {
      const seconds = await timed(turn.runner, CHECK_STEPS);
      turn.steps = CHECK_STEPS * Math.max(1, Math.round(TURN_SECONDS / seconds));
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { runner, steps, values } of rotated(running, round)) {
        values.push((cells * steps) / (await timed(runner, steps)));
      }
    }
    return results;
  } finally {
    for (const { runner } of running) await runner.close();
  }
}

/** How many times longer `steps` steps take from the initial state `point` than from `noise`. */
export async function costOfPoint(open: () => Promise<Contestant>, steps: number): Promise<Result> {
  const contestant = await available(open);
  if (!('advance' in contestant)) return contestant;
  try {
    const values: number[] = [];
    for (let round = 0; round < POINT_ROUNDS; round += 1) {
      await contestant.start('point');
      const point = await timed(contestant, steps);
      await contestant.start('noise');
      values.push(point / (await timed(contestant, steps)));
    }
    return { kind: 'measured', values };
  } finally {
    await contestant.close();
  }
}

async function checked({ name, open, digest }: CheckedEntrant): Promise<Contestant> {
  const contestant = await open();
  try {
    await contestant.start('noise');
    await contestant.advance(CHECK_STEPS);
    const found = await contestant.digest();
    if (found === digest) return contestant;
    throw new Error(
      `after ${CHECK_STEPS} steps ${name} has the digest ${found}, and strict f32 has ${digest}: nothing is compared`,
    );
  } catch (error) {
    await contestant.close();
    throw error;
  }
}

async function available<Opened>(
  open: () => Promise<Opened>,
): Promise<Opened | Extract<Result, { kind: 'missing' }>> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { kind: 'missing', reason: error.message };
  }
}

async function timed(runner: Runner, steps: number): Promise<number> {
  await setTimeout(REST_MS);
  return runner.advance(steps);
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = by % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
