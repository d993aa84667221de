/**
 * Rounds cells to multiples of a power of two, so that none changes by more than `error` times the largest of them, and most
 * of their low bits are 0. Exact in f32 for errors of 2⁻²³ and more. Where a cell is not finite all stay as they are.
 */
export function roundCells(cells: Float32Array, error: number): void {
  let peak = 0;
  for (const value of cells) peak = Math.max(peak, Math.abs(value));
  if (!(peak > 0 && peak < Infinity)) return;
  const step = 2 ** Math.floor(Math.log2(2 * error * peak));
  if (step === 0) return;
  for (let i = 0; i < cells.length; i++) {
    // + 0: no −0, which would not be quiet.
    cells[i] = Math.round((cells[i] as number) / step) * step + 0;
  }
}
