// A period ends where ψ crosses zero upwards; one of two steps or less is noise.
fn upwards(next: f32) -> bool {
  return psi(0, 0, 0) < 0.0 && next >= 0.0;
}

fn freq_after(next: f32) -> f32 {
  let period = step.time - crossed();
  let whole = upwards(next) && period > 2.0 * param.dt;
  return select(freq(), 0.05 / period + 0.95 * freq(), whole);
}

fn crossed_after(next: f32) -> f32 {
  return select(crossed(), step.time, upwards(next));
}
