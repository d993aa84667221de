// The bytes of a leapfrog step and next to no arithmetic: three floats read and one written a cell, in one stream.
// No step that goes through memory once can be faster. usage: roofline N
#include "leapfrog.h"

static void advance(int steps) {
  const long cells = n * n * n;
  for (int s = 0; s < steps; s++) {
    float *restrict p = before;
    const float *restrict u = now, *restrict c = k;
#pragma omp parallel for schedule(static)
    for (long i = 0; i < cells; i++) p[i] = u[i] + c[i] * p[i];
    swap_levels();
  }
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  set_size(atol(arguments[1]));
  new_wave();
  return serve();
}
