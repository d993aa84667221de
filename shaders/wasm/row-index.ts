/** Names an item, a number of the caller's, for a row. */
export type Bind = (row: number, item: number) => void;

/** Items bound to rows. All rows with none between two of them are passed over at once. */
export class RowIndex {
  /** For each row, and one more, where its items begin. */
  private readonly starts: Int32Array;
  private readonly items: Int32Array;

  /** `bindAll` is called twice, and has to name the same items in the same order. Those of one row keep it. */
  constructor(rows: number, bindAll: (bind: Bind) => void) {
    const starts = new Int32Array(rows + 1);
    bindAll((row) => {
      starts[row + 1] = (starts[row + 1] as number) + 1;
    });
    for (let row = 0; row < rows; row += 1) {
      starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
    }
    const items = new Int32Array(starts[rows] as number);
    const next = starts.slice();
    bindAll((row, item) => {
      const place = next[row] as number;
      items[place] = item;
      next[row] = place + 1;
    });
    this.starts = starts;
    this.items = items;
  }

  /** Whether any of the rows from `from` on and before `to` has an item. */
  hasAny(from: number, to: number): boolean {
    return this.starts[from] !== this.starts[to];
  }

  /** A row's items are those from `startOf(row)` to before `startOf(row + 1)`. */
  startOf(row: number): number {
    return this.starts[row] as number;
  }

  item(place: number): number {
    return this.items[place] as number;
  }
}
