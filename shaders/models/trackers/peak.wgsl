// The largest |ψ| so far.
fn peak_after(next: f32) -> f32 {
  return max(peak(), abs(next));
}
