// ψ⁺ = 2ψ − ψ⁻ + k·(Σψ − 2dψ), the sum over the 2d nearest neighbours; k = (c·dt/dx)² in each cell

struct Cell { psi: f32 }

fn difference() -> f32 {
  let plane = (psi(-1, 0, 0) + psi(1, 0, 0)) + (psi(0, -1, 0) + psi(0, 1, 0));
  if (DIMENSIONS == 3u) {
    return plane + (psi(0, 0, -1) + psi(0, 0, 1)) - 6.0 * psi(0, 0, 0);
  }
  return plane - 4.0 * psi(0, 0, 0);
}

fn update() -> Cell {
  return Cell(2.0 * psi(0, 0, 0) - psi_before() + k() * difference());
}
