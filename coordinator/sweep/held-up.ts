/** So often a key may hold a member up, until what it names counts for nothing: once may be chance. */
const MOST = 2;

/**
 * Who named the bytes of members first, and did not finish them, while others who did came to something else. Who does so again and
 * again would keep a member from ever being over.
 */
export class HeldUp {
  /** By key, how often. */
  readonly #counts = new Map<string, number>();

  /** It has held a member up once more. Whether that is too often now, and was not before. */
  heldUp(key: string): boolean {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count === MOST;
  }

  /** Whether what it names binds nobody any more. */
  isTooOften(key: string): boolean {
    return (this.#counts.get(key) ?? 0) >= MOST;
  }
}
