// Second order: sin(ωdt) − c·sin(kdx) = c·sin(kdx/2)·2(cos(ωdt/2) − cos(kdx/2)), about c·kdx·(1 − c²)·(kdx)²/8.
fn third(courant: f32) -> f32 {
  return (courant * courant - 1.0) * 0.125;
}
