/*
 * Neighbouring samples of a wave are much alike. What is left of each when its neighbours have been used to foretell it is small, and
 * packs into about two thirds of the bytes. The prediction is left + above − above left: Lorenzo's, by L. Ibarria, P. Lindstrom,
 * J. Rossignac and A. Szymczak, "Out-of-core compression and decompression of large n-dimensional scalar fields", 2003. Nothing is lost.
 */

/** Codes `[rows, columns]` less what their neighbours foretell, modulo 256. Beyond the first row and column lies 0. */
export function residuesOf(codes: Uint8Array, columns: number): Uint8Array {
  const residues = new Uint8Array(codes.length);
  for (let start = 0; start < codes.length; start += columns) {
    const above = start - columns;
    let foretold = 0;
    for (let i = 0; i < columns; i++) {
      const code = codes[start + i] as number;
      const over = above < 0 ? 0 : (codes[above + i] as number);
      // Before this sample, `foretold` is left − above left.
      residues[start + i] = code - over - foretold;
      foretold = code - over;
    }
  }
  return residues;
}

/** The codes again. */
export function codesOf(residues: Uint8Array, columns: number): Uint8Array {
  const codes = new Uint8Array(residues.length);
  for (let start = 0; start < residues.length; start += columns) {
    const above = start - columns;
    let foretold = 0;
    for (let i = 0; i < columns; i++) {
      foretold = (foretold + (residues[start + i] as number)) & 0xff;
      codes[start + i] = foretold + (above < 0 ? 0 : (codes[above + i] as number));
    }
  }
  return codes;
}
