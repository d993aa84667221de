// One wave field: two levels that take turns, and a coupling k = (c·dt/dx)² for each cell.
#include "grid.h"

static float *now, *before, *k;

static void new_wave(void) {
  now = new_array();
  before = new_array();
  k = new_array();
  fill(k, 0, 11, 0.0625f);
}

static void start(int point) {
  if (point) {
    fill_point(now);
    fill_point(before);
  } else {
    fill_noise(now, 1);
    fill_noise(before, 2);
  }
}

static uint32_t result(void) { return digest(&now, 1); }

static void swap_levels(void) {
  float *older = before;
  before = now;
  now = older;
}

// ψ⁺ = 2ψ − ψ⁻ + k·(Σ₆ψ − 6ψ) in a row of cells; p holds ψ⁻ and gets ψ⁺.
static inline void row7(float *restrict p, const float *restrict u, const float *restrict k) {
  for (long x = 0; x < n; x++) {
    float around = ((u[x - 1] + u[x + 1]) + (u[x - row] + u[x + row])) + (u[x - plane] + u[x + plane]);
    p[x] = (2.0f * u[x] - p[x]) + k[x] * (around - 6.0f * u[x]);
  }
}
