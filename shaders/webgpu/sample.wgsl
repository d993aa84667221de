// Copies the probed cells of one state array into the row of the present step.

struct Step {
  lo: vec3u,
  time: f32,
  hi: vec3u,
  row: u32,
}

struct Probe {
  cell: u32,
  column: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> probes: array<Probe>;
@group(0) @binding(3) var<storage, read_write> samples: array<u32>;

@compute @workgroup_size(64)
fn sample(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&probes)) { return; }
  let probe = probes[id.x];
  samples[step.row + probe.column] = cell_bits(probe.cell);
}
