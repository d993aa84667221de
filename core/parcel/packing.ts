import { Estimate } from '../plan/estimate.js';

/** A parcel is packed on trial after so many that were not: the wave has changed. */
const TRIED_AGAIN = 32;
/** What is smaller is through in a moment either way. */
const FEWEST_BYTES = 4096;

/** What is known of a link and of packing, in bytes a second of cells as they are. */
export interface Speeds {
  /** Of the link. */
  readonly link: number;
  /** Of packing; unpacking takes about as long. */
  readonly packing: number;
  /** Packed size by size. */
  readonly ratio: number;
}

/** Whether cells are through sooner packed than as they are. Packing, the link and unpacking come one after the other. */
export function pays({ link, packing, ratio }: Speeds): boolean {
  return 2 / packing + ratio / link < 1 / link;
}

/** Decides for one link whether halos are packed, from how fast they came through so far and what packing brought. */
export class Packing {
  readonly #link = new Estimate();
  readonly #packing = new Estimate();
  readonly #ratio = new Estimate();
  #plain = 0;

  /** The other end says how fast halos came in, in bytes a second. */
  told(rate: number): void {
    this.#link.add(rate);
  }

  /** So many bytes were packed into so many, in so many seconds. */
  packed(bytes: number, into: number, seconds: number): void {
    this.#plain = 0;
    this.#ratio.add(into / bytes);
    this.#packing.add(bytes / seconds);
  }

  /** Whether to pack the next so many bytes. On a link that nothing is known of they go as they are. */
  wanted(bytes: number): boolean {
    const link = this.#link.value;
    if (link === undefined || bytes < FEWEST_BYTES) return false;
    const [packing, ratio] = [this.#packing.value, this.#ratio.value];
    if (packing === undefined || ratio === undefined || pays({ link, packing, ratio })) return true;
    this.#plain += 1;
    return this.#plain % TRIED_AGAIN === 0 && pays({ link, packing, ratio: 0 });
  }
}
