// Copies one array to another, 16 bytes an invocation.

@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> target_array: array<vec4u>;

// A dispatch has at most 65,535 workgroups in a row.
const ROW = 65535u * 256u;

@compute @workgroup_size(256)
fn copy(@builtin(global_invocation_id) id: vec3u) {
  let nth = id.y * ROW + id.x;
  if (nth >= arrayLength(&source)) { return; }
  target_array[nth] = source[nth];
}
