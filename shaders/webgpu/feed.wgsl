// Adds a source's amplitude to the cells of a box.

struct Feed {
  corner: u32,    // index of the box's first cell in the state array
  row: u32,       // cells along x of the box
  plane: u32,     // cells of one of its z-planes
  count: u32,     // cells of the box
  stride_y: u32,  // of the state array
  stride_z: u32,
  amplitude: f32,
}

@group(0) @binding(0) var<uniform> box: Feed;

// A dispatch has at most 65,535 workgroups in a row.
const ROW = 65535u * 256u;

@compute @workgroup_size(256)
fn feed(@builtin(global_invocation_id) id: vec3u) {
  let nth = id.y * ROW + id.x;
  if (nth >= box.count) { return; }
  let in_plane = nth % box.plane;
  let cell = box.corner + (nth / box.plane) * box.stride_z + (in_plane / box.row) * box.stride_y + in_plane % box.row;
  let fed = bitcast<f32>(cell_bits(cell)) + box.amplitude;
  set_cell_bits(cell, bitcast<u32>(fed), bitcast<u32>(box.amplitude));
}
