// A plane of samples in colours: a pixel a sample, the first row at the bottom.

struct Ends { low: f32, high: f32, shades: f32, rows: f32 }

@group(0) @binding(0) var samples: texture_2d<f32>;
@group(0) @binding(1) var shades: texture_2d<f32>;
@group(0) @binding(2) var<uniform> ends: Ends;

@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  // One triangle that covers all.
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn colour(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let value = textureLoad(samples, vec2u(u32(at.x), u32(ends.rows - at.y)), 0).x;
  // Shaders may take NaN to be what they like: what nobody knows comes as a value that no f32 wave has.
  if (value > 3.0e38) { return vec4f(0.0); }
  let part = clamp((value - ends.low) / (ends.high - ends.low), 0.0, 1.0);
  return textureLoad(shades, vec2u(u32(round(part * (ends.shades - 1.0))), 0u), 0);
}
