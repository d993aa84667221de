/**
 * Gives each of n its own one of n things, so that what all of it is worth is most: `worth[who][what]`, 0 or more, or undefined where
 * that may not be. Returns what each gets; equal arguments give equal answers.
 *
 * The Hungarian method, with prices and shortest augmenting paths: at most n³ steps.
 *
 * @throws RangeError where there is no way to give each something that it may have
 */
export function bestMatching(worth: readonly (readonly (number | undefined)[])[]): number[] {
  const most = worth.flat().reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);
  // What may not be costs more than all the rest together.
  const forbidden = (most + 1) * (worth.length + 1);
  const matching = new Matching(
    worth.map((row) => row.map((value) => (value === undefined ? forbidden : most - value))),
  );
  for (const who of worth.keys()) matching.add(who);
  const given = matching.given();
  if (given.some((what, who) => worth[who]?.[what] === undefined)) {
    throw new RangeError(`there is no way to give each of ${worth.length} something that it may have`);
  }
  return given;
}

/** Things as far as they are reached from a newcomer, through owners who would make way for one another. */
interface Reached {
  /** Undefined while the thing may still be reached by a cheaper way. */
  readonly isSettled: boolean[];
  /** What the cheapest way so far costs. */
  readonly cost: number[];
  /** The thing whose owner takes it on that way; undefined where it is the newcomer. */
  readonly before: (number | undefined)[];
}

/** Those who have something so far, all of it for the least that it can cost. */
class Matching {
  readonly #cost: readonly (readonly number[])[];
  /** Who has a thing, if anybody has. */
  readonly #owner: (number | undefined)[];
  /** With these, each owner has what costs it least, and no way costs less than nothing. */
  readonly #price: number[];
  readonly #purse: number[];

  constructor(cost: readonly (readonly number[])[]) {
    this.#cost = cost;
    this.#owner = cost.map(() => undefined);
    this.#price = cost.map(() => 0);
    this.#purse = cost.map(() => 0);
  }

  given(): number[] {
    const given = this.#owner.map(() => -1);
    for (const [what, who] of this.#owner.entries()) if (who !== undefined) given[who] = what;
    return given;
  }

  /** Gives one more of them something: by the cheapest way to a thing that nobody has. */
  add(newcomer: number): void {
    const reached: Reached = {
      isSettled: this.#owner.map(() => false),
      cost: this.#owner.map(() => Infinity),
      before: this.#owner.map(() => undefined),
    };
    let last: number | undefined;
    let spent = 0;
    for (let who: number | undefined = newcomer; who !== undefined; who = this.#owner[last]) {
      last = this.#nextFrom(who, last, spent, reached);
      reached.isSettled[last] = true;
      spent = reached.cost[last] as number;
    }
    this.#reprice(newcomer, spent, reached);
    this.#handOn(newcomer, last, reached.before);
  }

  /** Looks at what the owner of `from` could take instead, and gives what is now the cheapest to reach. */
  #nextFrom(
    who: number,
    from: number | undefined,
    spent: number,
    { isSettled, cost, before }: Reached,
  ): number {
    let nearest = -1;
    for (const [what, price] of this.#price.entries()) {
      if (isSettled[what]) continue;
      const way = spent + (this.#cost[who]?.[what] as number) - (this.#purse[who] as number) - price;
      if (way < (cost[what] as number)) {
        cost[what] = way;
        before[what] = from;
      }
      if (nearest < 0 || (cost[what] as number) < (cost[nearest] as number)) nearest = what;
    }
    return nearest;
  }

  #reprice(newcomer: number, spent: number, { isSettled, cost }: Reached): void {
    for (const [what, settled] of isSettled.entries()) {
      if (!settled) continue;
      const saved = spent - (cost[what] as number);
      const owner = this.#owner[what];
      this.#price[what] = (this.#price[what] as number) - saved;
      if (owner !== undefined) this.#purse[owner] = (this.#purse[owner] as number) + saved;
    }
    this.#purse[newcomer] = (this.#purse[newcomer] as number) + spent;
  }

  /** Along the way to `last`, each takes what comes next on it. */
  #handOn(newcomer: number, last: number | undefined, before: readonly (number | undefined)[]): void {
    for (let what = last; what !== undefined; ) {
      const previous: number | undefined = before[what];
      this.#owner[what] = previous === undefined ? newcomer : this.#owner[previous];
      what = previous;
    }
  }
}
