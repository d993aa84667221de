// ∂²ψ/∂t² + 2γ·∂ψ/∂t = c²∇²ψ − V·ψ, leapfrog:
//   (1 + γ)ψ⁺ = 2ψ − (1 − γ)ψ⁻ + c²·∇²ψ − V·ψ
// In cells and steps: speed() is c·dt/dx, loss() is γ·dt, potential() is V·dt².

fn next() -> f32 {
  let force = speed() * speed() * laplacian() - potential() * psi(0, 0, 0);
  let free = 2.0 * psi(0, 0, 0) - (1.0 - loss()) * psi_before() + force;
  return free * (1.0 / (1.0 + loss()));
}
