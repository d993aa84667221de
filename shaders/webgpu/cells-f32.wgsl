// A state array of one cell a word, which keeps every bit.

@group(0) @binding(1) var<storage, read_write> state: array<u32>;

fn cell_bits(cell: u32) -> u32 {
  return state[cell];
}

fn set_cell_bits(cell: u32, bits: u32, seed: u32) {
  state[cell] = bits;
}
