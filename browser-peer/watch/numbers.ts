const value = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'standard' });
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'scientific' });
const whole = new Intl.NumberFormat('en');

/** A field's value, in three digits. */
export function amplitude(number: number): string {
  const size = Math.abs(number);
  return (size !== 0 && (size < 1e-3 || size >= 1e5) ? small : value).format(number);
}

export const count = (number: number) => whole.format(number);
