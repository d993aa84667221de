// Damping times dt.
fn loss() -> f32 {
  return damping();
}
