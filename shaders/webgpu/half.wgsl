// The f16 for an f32, both as bits: one of the two next to it, and of them the nearer one more often, so that what is rounded
// away in many cells and steps is nothing on the whole. Which it is follows from the value and the seed alone: the same
// wherever the cell lies and whoever computes it. What f16 holds is kept; what is beyond it becomes an infinity. In
// integers, for WGSL leaves open how pack2x16float rounds and what it makes of too large and of very small numbers.

const GS_LEAST_NORMAL: u32 = 0x38800000u;  // 2⁻¹⁴
const GS_BIAS: u32 = 0x38000000u;
const GS_INFINITE: u32 = 0x7c00u;

fn gs_half(bits: u32, seed: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let size = bits & 0x7fffffffu;
  var chance = (size ^ (seed * 0x9e3779b1u)) * 0x85ebca6bu;
  chance = (chance ^ (chance >> 15u)) * 0xc2b2ae35u;
  chance = chance >> 19u;
  if (size >= GS_LEAST_NORMAL) {
    return sign | min((size + chance - GS_BIAS) >> 13u, GS_INFINITE);
  }
  // Below, f16 counts in steps of 2⁻²⁴.
  return sign | u32(bitcast<f32>(size) * 16777216.0 + f32(chance) / 8192.0);
}
