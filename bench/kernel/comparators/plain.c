// Nested loops, a parallel one outside: what a physicist writes first. usage: plain N seven|naive|factorised
#include "leapfrog.h"

typedef void Row(float *restrict p, const float *restrict u, const float *restrict k);

static const float FACE = 1.0 / 3.0, EDGE = 1.0 / 6.0;

// 19 points, isotropic to fourth order: faces 1/3, edges 1/6, centre −4.
static void row19(float *restrict p, const float *restrict u, const float *restrict k) {
  for (long x = 0; x < n; x++) {
    float faces = ((u[x - 1] + u[x + 1]) + (u[x - row] + u[x + row])) + (u[x - plane] + u[x + plane]);
    float xy = (u[x - row - 1] + u[x - row + 1]) + (u[x + row - 1] + u[x + row + 1]);
    float xz = (u[x - plane - 1] + u[x - plane + 1]) + (u[x + plane - 1] + u[x + plane + 1]);
    float yz = (u[x - plane - row] + u[x - plane + row]) + (u[x + plane - row] + u[x + plane + row]);
    float edges = (xy + xz) + yz;
    p[x] = (2.0f * u[x] - p[x]) + k[x] * ((FACE * faces + EDGE * edges) - 4.0f * u[x]);
  }
}

// The same stencil; what the cells left and right need is summed once, into a row of its own.
static void row19_factorised(float *restrict p, const float *restrict u, const float *restrict k) {
  float beside[n + 2], *side = beside + 1;
  for (long x = -1; x <= n; x++) {
    float ring = (u[x - row] + u[x + row]) + (u[x - plane] + u[x + plane]);
    side[x] = FACE * u[x] + EDGE * ring;
  }
  for (long x = 0; x < n; x++) {
    float ring = (u[x - row] + u[x + row]) + (u[x - plane] + u[x + plane]);
    float yz = (u[x - plane - row] + u[x - plane + row]) + (u[x + plane - row] + u[x + plane + row]);
    float sum = (side[x - 1] + side[x + 1]) + (FACE * ring + EDGE * yz);
    p[x] = (2.0f * u[x] - p[x]) + k[x] * (sum - 4.0f * u[x]);
  }
}

static inline __attribute__((always_inline)) void step(Row *cells) {
#pragma omp parallel for schedule(static)
  for (long z = 1; z <= n; z++)
    for (long y = 1; y <= n; y++) cells(before + at(z, y), now + at(z, y), k + at(z, y));
  swap_levels();
}

static const char *stencil;

static void advance(int steps) {
  for (int s = 0; s < steps; s++) {
    if (!strcmp(stencil, "naive")) step(row19);
    else if (!strcmp(stencil, "factorised")) step(row19_factorised);
    else step(row7);
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  set_size(atol(arguments[1]));
  stencil = arguments[2];
  new_wave();
  return serve();
}
