// ∂²ψ/∂t² + 2γ·∂ψ/∂t + 2a·c·(∂ψ/∂t + c·∂ψ/∂n) = c²∇²ψ − V·ψ, leapfrog:
//   (1 + g)ψ⁺ = 2ψ − (1 − g)ψ⁻ + c²·(∇²ψ − 2a·∂ψ/∂n) − V·ψ,  g = γ + a·c
// In an absorbing layer a is above 0 and n points outwards: what runs outwards at speed c solves ∂ψ/∂t + c·∂ψ/∂n = 0
// and is let through as if nothing were there; what comes back from the edge is damped.
// In cells and steps: speed() is c·dt/dx, loss() is γ·dt, potential() is V·dt².
// outward_x() is a times the x-component of n, above 0 at the far end of the axis and below 0 at the near one.

// A constant is an outgoing wave too: what is left of one fades at this rate, per cell, that it may not linger.
const FADE = 1e-4;

fn next() -> f32 {
  let courant = speed();
  let strength = abs(outward_x()) + abs(outward_y()) + abs(outward_z());
  let all = loss() + courant * strength;
  var drift = outward_x() * slope_x(courant) + outward_y() * slope_y(courant);
  if (DIMENSIONS == 3u) {
    drift += outward_z() * slope_z(courant);
  }
  drift += 2.0 * FADE * strength * psi(0, 0, 0);
  let force = courant * courant * (laplacian() - drift) - potential() * psi(0, 0, 0);
  let free = 2.0 * psi(0, 0, 0) - (1.0 - all) * psi_before() + force;
  return free * (1.0 / (1.0 + all));
}

// 2·∂ψ/∂x, and as much of the third derivative as makes it vanish with ∂ψ/∂t for what the scheme itself lets run outwards.
fn slope_x(courant: f32) -> f32 {
  let near = psi(1, 0, 0) - psi(-1, 0, 0);
  return near + third(courant) * (psi(2, 0, 0) - psi(-2, 0, 0) - 2.0 * near);
}

fn slope_y(courant: f32) -> f32 {
  let near = psi(0, 1, 0) - psi(0, -1, 0);
  return near + third(courant) * (psi(0, 2, 0) - psi(0, -2, 0) - 2.0 * near);
}

fn slope_z(courant: f32) -> f32 {
  let near = psi(0, 0, 1) - psi(0, 0, -1);
  return near + third(courant) * (psi(0, 0, 2) - psi(0, 0, -2) - 2.0 * near);
}
