interface Event {
  readonly at: number;
  /** Events of one moment happen in the order they were planned in. */
  readonly order: number;
  readonly happen: () => void;
}

/** What is going to happen, and the time: seconds since the start. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #now = 0;
  #planned = 0;

  get now(): number {
    return this.#now;
  }

  /** `at` is now or later. */
  plan(at: number, happen: () => void): void {
    const event = { at: Math.max(at, this.#now), order: this.#planned, happen };
    this.#planned += 1;
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Event;
      if (!earlier(event, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = event;
  }

  /** Lets what is planned happen, and what that plans, until nothing is left or `done` says so. */
  run(done: () => boolean = () => false): void {
    while (!done()) {
      const next = this.#pop();
      if (!next) return;
      this.#now = next.at;
      next.happen();
    }
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && earlier(heap[right] as Event, heap[left] as Event) ? right : left;
      if (!earlier(heap[child] as Event, last)) break;
      heap[hole] = heap[child] as Event;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}

const earlier = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);
