// Fills a slab of ghost cells with the mirror images of the cells inside the face that it lies on.

struct Slab {
  corner: u32,    // index of the slab's first cell in the state array
  row: u32,       // cells along x of the slab
  plane: u32,     // cells of one of its z-planes
  count: u32,     // cells of the slab
  stride_y: u32,  // of the state array
  stride_z: u32,
  axis: u32,      // across the face: 0 is z, 1 is y, 2 is x
  layers: u32,    // cells across the slab; 0 where it lies on the higher side, and its first layer is the nearest
}

@group(0) @binding(0) var<uniform> slab: Slab;

// A dispatch has at most 65,535 workgroups in a row.
const ROW = 65535u * 256u;

@compute @workgroup_size(256)
fn mirror(@builtin(global_invocation_id) id: vec3u) {
  let nth = id.y * ROW + id.x;
  if (nth >= slab.count) { return; }
  let in_plane = nth % slab.plane;
  let place = vec3u(nth / slab.plane, in_plane / slab.row, in_plane % slab.row);
  let strides = vec3u(slab.stride_z, slab.stride_y, 1u);
  let cell = slab.corner + dot(place, strides);
  let across = place[slab.axis];
  let stride = strides[slab.axis];
  if (slab.layers > 0u) {
    set_cell_bits(cell, cell_bits(cell + (2u * (slab.layers - across) - 1u) * stride), 0u);
  } else {
    set_cell_bits(cell, cell_bits(cell - (2u * across + 1u) * stride), 0u);
  }
}
