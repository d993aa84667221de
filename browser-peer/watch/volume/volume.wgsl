// A volume of samples, looked through along parallel rays: of each the value farthest from 0, as projection.ts finds it.

struct View {
  right: vec4f,
  up: vec4f,
  toward: vec4f,
  // Samples along x, y and z, and half the picture's side in samples.
  shape: vec4f,
  low: f32,
  high: f32,
  shades: f32,
  // Along the picture's edge.
  pixels: f32,
}

@group(0) @binding(0) var samples: texture_3d<f32>;
@group(0) @binding(1) var shades: texture_2d<f32>;
@group(0) @binding(2) var<uniform> view: View;

@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  // One triangle that covers all.
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn colour(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let radius = view.shape.w;
  let u = radius * (2.0 * at.x / view.pixels - 1.0);
  let v = radius * (1.0 - 2.0 * at.y / view.pixels);
  let start = view.shape.xyz * 0.5 + u * view.right.xyz + v * view.up.xyz;
  let way = view.toward.xyz;

  var enters = -1.0e9;
  var leaves = 1.0e9;
  for (var axis = 0u; axis < 3u; axis++) {
    if (abs(way[axis]) < 1.0e-6) {
      if (start[axis] < 0.0 || start[axis] >= view.shape[axis]) { return vec4f(0.0); }
      continue;
    }
    let a = -start[axis] / way[axis];
    let b = (view.shape[axis] - start[axis]) / way[axis];
    enters = max(enters, min(a, b));
    leaves = min(leaves, max(a, b));
  }
  let steps = ceil(leaves - enters - 1.0e-3);
  var strongest = 0.0;
  var most = -1.0;
  let last = vec3i(view.shape.xyz) - 1;
  for (var i = 0.0; i < steps; i += 1.0) {
    let t = enters + (i + 0.5) * (leaves - enters) / steps;
    let cell = clamp(vec3i(floor(start + t * way)), vec3i(0), last);
    let value = textureLoad(samples, cell, 0).x;
    // Shaders may take NaN to be what they like: what nobody knows comes as a value that no f32 wave has.
    if (value < 3.0e38 && abs(value) > most) {
      strongest = value;
      most = abs(value);
    }
  }
  if (most < 0.0) { return vec4f(0.0); }
  let part = clamp((strongest - view.low) / (view.high - view.low), 0.0, 1.0);
  let shade = textureLoad(shades, vec2u(u32(round(part * (view.shades - 1.0))), 0u), 0);
  let opacity = min(1.0, most / view.high);
  return vec4f(shade.rgb * opacity, opacity);
}
