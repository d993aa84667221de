// The mean square over the last two hundred steps or so.
fn rms2_after(next: f32) -> f32 {
  return 0.005 * (next * next) + 0.995 * rms2();
}
