// Higher orders: the scheme has kdx = ωdt/c to the digits that matter, but sin(ωdt) of sin(ωdt/2) = c·kdx/2.
fn third(courant: f32) -> f32 {
  return courant * courant * 0.125 - 1.0 / 6.0;
}
