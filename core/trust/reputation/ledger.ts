import { z } from 'zod';
import type { Party } from './reputation.js';

/** What one key has done for one owner: updates of cells that stood. */
export interface Credit extends Party {
  readonly cellUpdates: number;
}

export const ledgerSchema = z.strictObject({
  version: z.literal(1),
  credits: z.array(
    z.strictObject({
      key: z.string().max(128),
      owner: z.string().max(256),
      cellUpdates: z.number().int().min(0),
    }),
  ),
});
export type ExportedLedger = z.infer<typeof ledgerSchema>;

interface Work extends Party {
  readonly step: number;
  readonly cellUpdates: number;
}

/**
 * Credit for verified cell updates, and for nothing else: work is noted when it is done, and counts when the epoch that it belongs to
 * stands. What is rolled back never counts.
 */
export class Ledger {
  readonly #credits = new Map<string, Credit>();
  #pending: Work[] = [];

  /** An earlier ledger, as `export` gave it. Throws ZodError where it is none. */
  static from(json: unknown): Ledger {
    const ledger = new Ledger();
    for (const credit of ledgerSchema.parse(json).credits) ledger.#credits.set(nameOf(credit), credit);
    return ledger;
  }

  /** Work of an epoch that ends at `step`. */
  note(party: Party, step: number, cellUpdates: number): void {
    this.#pending.push({ ...party, step, cellUpdates });
  }

  /** Every epoch up to `step` stands. */
  stands(step: number): void {
    for (const { key, owner, cellUpdates } of this.#pending.filter((work) => work.step <= step)) {
      const credit = this.#credits.get(nameOf({ key, owner }));
      const sum = (credit?.cellUpdates ?? 0) + cellUpdates;
      this.#credits.set(nameOf({ key, owner }), { key, owner, cellUpdates: sum });
    }
    this.#pending = this.#pending.filter((work) => work.step > step);
  }

  /** The run went back to `step`: what was done beyond it is done again; or only what one key did is void. */
  void(step: number, key?: string): void {
    this.#pending = this.#pending.filter(
      (work) => work.step <= step || (key !== undefined && work.key !== key),
    );
  }

  /** Updates of cells that stood. */
  of(party: Party): number {
    return this.#credits.get(nameOf(party))?.cellUpdates ?? 0;
  }

  /** The most deserving first. */
  export(): ExportedLedger {
    const credits = [...this.#credits.values()].sort((a, b) => b.cellUpdates - a.cellUpdates);
    return { version: 1, credits };
  }
}

function nameOf({ key, owner }: Party): string {
  return JSON.stringify([key, owner]);
}
