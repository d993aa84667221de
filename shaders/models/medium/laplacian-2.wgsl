// ∇²ψ to second order: weights 1 and −2.

fn laplacian() -> f32 {
  let plane = psi(-1, 0, 0) + psi(1, 0, 0) + psi(0, -1, 0) + psi(0, 1, 0);
  if (DIMENSIONS == 3u) {
    return plane + psi(0, 0, -1) + psi(0, 0, 1) - 6.0 * psi(0, 0, 0);
  }
  return plane - 4.0 * psi(0, 0, 0);
}
