/** The smallest and the largest of each `every` values, the last group perhaps of fewer; null where none is a number. */
export function envelopeOf(
  values: Float32Array,
  every: number,
): { readonly low: (number | null)[]; readonly high: (number | null)[] } {
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  for (let from = 0; from < values.length; from += every) {
    let [least, most] = [Infinity, -Infinity];
    for (const value of values.subarray(from, from + every)) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low.push(least <= most ? least : null);
    high.push(least <= most ? most : null);
  }
  return { low, high };
}
