/** So many members of its own numerical class's a key may hold up in a row, until it is left out: once may be chance. */
const MOST = 2;
/** Two classes have other bits by nature, so who is of another class than those whom it held up may do so more often. */
const MOST_UNLIKE = 8;

/**
 * Who named the bytes of members first, and did not finish them, while others who did came to something else. Who does so again and
 * again, and makes nothing that stands, would keep a member from ever being over.
 */
export class HeldUp {
  /** By key, how much of its patience with it is used up: 1 is all. */
  readonly #used = new Map<string, number>();

  /** It has held up one more, who is of its own class or not. Whether that is too often now, and was not before. */
  heldUp(key: string, isAlike: boolean): boolean {
    const before = this.#used.get(key) ?? 0;
    const used = before + 1 / (isAlike ? MOST : MOST_UNLIKE);
    this.#used.set(key, used);
    return before < 1 && used >= 1;
  }

  /** Something that it made stands. */
  forget(key: string): void {
    this.#used.delete(key);
  }
}
