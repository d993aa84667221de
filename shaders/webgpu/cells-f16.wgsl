// A state array of two cells a word. Threads may set the two halves of a word at once; no two set the same half.

@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;

fn cell_bits(cell: u32) -> u32 {
  return bitcast<u32>(unpack2x16float(atomicLoad(&state[cell / 2u]) >> (cell % 2u * 16u)).x);
}

fn set_cell_bits(cell: u32, bits: u32, seed: u32) {
  let place = cell % 2u * 16u;
  let before = (atomicLoad(&state[cell / 2u]) >> place) & 0xffffu;
  atomicXor(&state[cell / 2u], (before ^ gs_half(bits, seed)) << place);
}
