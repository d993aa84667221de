// ∇²ψ to eighth order: weights −1/560, 8/315, −1/5, 8/5 and −205/72.

fn shell(n: i32) -> f32 {
  let plane = psi(-n, 0, 0) + psi(n, 0, 0) + psi(0, -n, 0) + psi(0, n, 0);
  if (DIMENSIONS == 3u) {
    return plane + psi(0, 0, -n) + psi(0, 0, n);
  }
  return plane;
}

fn laplacian() -> f32 {
  let centre = f32(DIMENSIONS) * (-205.0 / 72.0) * psi(0, 0, 0);
  let near = (8.0 / 5.0) * shell(1) + (-1.0 / 5.0) * shell(2);
  return near + (8.0 / 315.0) * shell(3) + (-1.0 / 560.0) * shell(4) + centre;
}
