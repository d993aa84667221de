// ∇²ψ to fourth order: weights −1/12, 4/3 and −5/2.

fn shell(n: i32) -> f32 {
  let plane = psi(-n, 0, 0) + psi(n, 0, 0) + psi(0, -n, 0) + psi(0, n, 0);
  if (DIMENSIONS == 3u) {
    return plane + psi(0, 0, -n) + psi(0, 0, n);
  }
  return plane;
}

fn laplacian() -> f32 {
  let centre = f32(DIMENSIONS) * (-5.0 / 2.0) * psi(0, 0, 0);
  return (4.0 / 3.0) * shell(1) + (-1.0 / 12.0) * shell(2) + centre;
}
