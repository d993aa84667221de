// Several steps in one sweep over memory. usage: fused N DEPTH ROWS
//
// A sweep makes `depth` steps, in place. Its front f moves through the planes, and step t works on plane f − t: what it
// reads was made by step t − 1 just before, and is still in the cache. Rows come in tiles of `rows`, shifted by one
// row a step, so that the planes of a tile stay in the cache too. Thread i owns the planes [zᵢ + t, zᵢ₊₁ + t) of
// step t: it computes nothing twice, and waits only once a tile, at its upper end, for the thread above to have gone by.
#include <omp.h>
#include "leapfrog.h"

static long depth, rows;

// In a cache line each, so that a thread's progress does not slow its neighbours.
static struct { _Alignas(64) long tiles; } passed[256];

static void sweep_of(long id, long threads) {
  const long low = 1 + n * id / threads, high = 1 + n * (id + 1) / threads;
  const int first = id == 0, last = id == threads - 1;
  const long reach = depth - 1;
  const long front_end = last ? n + reach : high - 1 + 2 * reach;
  long tile = 0;
  for (long y0 = 1; y0 - reach <= n; y0 += rows, tile++) {
    for (long front = low; front <= front_end; front++) {
      if (!last && front == high - 1)
        while (__atomic_load_n(&passed[id + 1].tiles, __ATOMIC_ACQUIRE) <= tile) __builtin_ia32_pause();
      for (long t = 0; t < depth; t++) {
        const long z = front - t;
        if (z < (first ? 1 : low + t) || z > (last ? n : high - 1 + t)) continue;
        const long from = y0 - t < 1 ? 1 : y0 - t, to = y0 - t + rows > n + 1 ? n + 1 : y0 - t + rows;
        float *newer = t % 2 ? now : before, *older = t % 2 ? before : now;
        for (long y = from; y < to; y++) row7(newer + at(z, y), older + at(z, y), k + at(z, y));
      }
      if (!first && front == low + 2 * reach + 1) __atomic_store_n(&passed[id].tiles, tile + 1, __ATOMIC_RELEASE);
    }
  }
}

static void sweep(void) {
  memset(passed, 0, sizeof passed);
#pragma omp parallel
  sweep_of(omp_get_thread_num(), omp_get_num_threads());
  if (depth % 2) swap_levels();
}

// Whole sweeps only: the bench asks for multiples of the depth.
static void advance(int steps) {
  if (steps % depth) {
    fprintf(stderr, "%d steps are not whole sweeps of %ld\n", steps, depth);
    exit(1);
  }
  for (int s = 0; s < steps; s += depth) sweep();
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  set_size(atol(arguments[1]));
  depth = atol(arguments[2]);
  rows = atol(arguments[3]);
  // Shorter blocks of planes than this would let a front overtake the thread above it.
  if (n / omp_get_max_threads() < 2 * depth + 2) return 2;
  new_wave();
  return serve();
}
