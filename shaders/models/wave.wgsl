// ∂²ψ/∂t² = c²∇²ψ, leapfrog: ψ⁺ = 2ψ − ψ⁻ + (c·dt/dx)²·(Σψ − 2dψ), the sum over the 2d nearest neighbours

struct Cell {
  psi: f32,
  rms2: f32,
  freq: f32,
  crossed: f32,
}

const FORGET = 0.005;

fn laplacian() -> f32 {
  let plane = psi(-1, 0, 0) + psi(1, 0, 0) + psi(0, -1, 0) + psi(0, 1, 0);
  if (DIMENSIONS == 3u) {
    return plane + psi(0, 0, -1) + psi(0, 0, 1) - 6.0 * psi(0, 0, 0);
  }
  return plane - 4.0 * psi(0, 0, 0);
}

fn update() -> Cell {
  let next = 2.0 * psi(0, 0, 0) - psi_before() + param.courant2 * laplacian();

  // The mean square over the last two hundred steps or so.
  let mean_square = FORGET * (next * next) + (1.0 - FORGET) * rms2();

  // A period ends where ψ crosses zero upwards; one of two steps or less is noise.
  let upwards = psi(0, 0, 0) < 0.0 && next >= 0.0;
  let period = step.time - crossed();
  let whole = upwards && period > 2.0 * param.dt;

  return Cell(
    next,
    mean_square,
    select(freq(), 0.05 / period + 0.95 * freq(), whole),
    select(crossed(), step.time, upwards),
  );
}
