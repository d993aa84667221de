// ∂²ψ/∂t² = c²∇²ψ, leapfrog: ψ⁺ = 2ψ − ψ⁻ + (c·dt/dx)²·(Σψ − 2dψ), the sum over the 2d nearest neighbours

fn laplacian() -> f32 {
  let plane = psi(-1, 0, 0) + psi(1, 0, 0) + psi(0, -1, 0) + psi(0, 1, 0);
  if (DIMENSIONS == 3u) {
    return plane + psi(0, 0, -1) + psi(0, 0, 1) - 6.0 * psi(0, 0, 0);
  }
  return plane - 4.0 * psi(0, 0, 0);
}

fn next() -> f32 {
  return 2.0 * psi(0, 0, 0) - psi_before() + param.courant2 * laplacian();
}
