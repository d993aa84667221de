// Copies cells between a state array and a dense staging buffer, as bits of f32.

struct Piece {
  corner: u32,   // index of the box's first cell in the state array
  row: u32,      // cells along x of the box
  plane: u32,    // cells of one of its z-planes
  stride_y: u32, // of the state array
  stride_z: u32,
  first: u32,    // the piece is cells first to first + count of the box, in C order
  count: u32,
  base: u32,     // where they lie in the staging buffer
}

@group(0) @binding(0) var<uniform> piece: Piece;
@group(0) @binding(2) var<storage, read_write> staging: array<u32>;

fn cell(nth: u32) -> u32 {
  let z = nth / piece.plane;
  let in_plane = nth % piece.plane;
  return piece.corner + z * piece.stride_z + (in_plane / piece.row) * piece.stride_y + in_plane % piece.row;
}

@compute @workgroup_size(256)
fn gather(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= piece.count) { return; }
  staging[piece.base + id.x] = cell_bits(cell(piece.first + id.x));
}

@compute @workgroup_size(256)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= piece.count) { return; }
  set_cell_bits(cell(piece.first + id.x), staging[piece.base + id.x], 0u);
}
