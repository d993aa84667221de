// Damping times dt: that of the medium, and that of the layers at damped faces. sponge() is γ/c of the layers, per cell.
fn loss() -> f32 {
  return damping() + speed() * sponge();
}
