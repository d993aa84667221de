/** Of a range that is larger than what is seen, so much is left after each frame: colours do not flicker with the wave. */
const FADING = 0.98;

/** The largest absolute value that colours have to show. It grows at once, and shrinks slowly. */
export class Range {
  #peak = 0;

  /** Takes a frame's values in, and gives the peak: more than 0. NaN counts for nothing. */
  follow(values: Float32Array): number {
    let most = 0;
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i] as number);
      if (size > most && size < Number.POSITIVE_INFINITY) most = size;
    }
    this.#peak = Math.max(most, this.#peak * FADING);
    return this.#peak || 1;
  }

  /** Another plane, state or job is seen. */
  reset(): void {
    this.#peak = 0;
  }
}
