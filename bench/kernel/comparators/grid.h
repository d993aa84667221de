// What the C comparators share: memory, the initial state, the digest of a result, and the commands they obey.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A grid of n³ cells in a shell of fixed ones. Rows are padded so that the first cell of each starts a cache line.
enum { PAD = 16 };
static long n, row, plane;

static inline long at(long z, long y) { return z * plane + y * row + PAD; }

static void set_size(long cells_a_side) {
  n = cells_a_side;
  row = n + PAD;
  plane = row * (n + 2);
}

static void *checked(void *memory) {
  if (memory) return memory;
  fprintf(stderr, "out of memory at %ld cells a side\n", n);
  exit(1);
}

// Each array begins some cache lines farther into its page than the one before, so that they do not share cache sets.
static float *new_array(void) {
  static size_t lines = 0;
  size_t floats = (size_t)plane * (n + 2) + 2 * PAD;
  lines += 17;
  float *memory = checked(aligned_alloc(4096, (floats * 4 / 4096 + 16) * 4096));
  float *array = memory + lines % 64 * 16;
#pragma omp parallel for schedule(static)
  for (long z = 0; z < n + 2; z++) memset(array + z * plane, 0, plane * sizeof(float));
  return array;
}

static inline uint32_t mix(uint32_t h) {
  h = (h ^ h >> 15) * 2246822519u;
  h = (h ^ h >> 13) * 3266489917u;
  return h ^ h >> 16;
}

static inline uint32_t spread(uint32_t index) { return index * 2654435761u; }

// Multiples of 2⁻²⁴, so that every language has the same: bits >> 8 gives [0, 1), bits >> 11 gives [0, 1/8).
static void fill(float *array, uint32_t stream, int drop, float offset) {
#pragma omp parallel for schedule(static)
  for (long z = 0; z < n; z++)
    for (long y = 0; y < n; y++)
      for (long x = 0; x < n; x++) {
        uint32_t bits = mix(spread((uint32_t)((z * n + y) * n + x)) + stream);
        array[at(z + 1, y + 1) + x] = (float)(bits >> drop) * 0x1p-24f + offset;
      }
}

static void fill_noise(float *array, uint32_t stream) { fill(array, stream, 8, -0.5f); }

static void fill_point(float *array) {
#pragma omp parallel for schedule(static)
  for (long z = 0; z < n + 2; z++) memset(array + z * plane, 0, plane * sizeof(float));
  array[at(n / 2 + 1, n / 2 + 1) + n / 2] = 1.0f;
}

// Of the cells of several arrays, as if they were one after the other.
static uint32_t digest(float *const *arrays, int count) {
  uint32_t sum = 0;
  for (int a = 0; a < count; a++)
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (long z = 0; z < n; z++)
      for (long y = 0; y < n; y++)
        for (long x = 0; x < n; x++) {
          uint32_t bits, index = (uint32_t)(((a * n + z) * n + y) * n + x);
          memcpy(&bits, &arrays[a][at(z + 1, y + 1) + x], sizeof bits);
          sum += mix(bits + spread(index));
        }
  return sum;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// What a program gives to `serve`.
static void start(int point);
static void advance(int steps);
static uint32_t result(void);

// One command a line, one answer a line: `start noise`, `start point`, `advance STEPS` (seconds), `digest`.
static int serve(void) {
  char command[16], what[16];
  int steps;
  while (scanf("%15s", command) == 1) {
    if (!strcmp(command, "start") && scanf("%15s", what) == 1) {
      start(!strcmp(what, "point"));
      printf("started\n");
    } else if (!strcmp(command, "advance") && scanf("%d", &steps) == 1) {
      double began = seconds();
      advance(steps);
      printf("%.9f\n", seconds() - began);
    } else if (!strcmp(command, "digest")) {
      printf("%u\n", result());
    } else {
      fprintf(stderr, "no command %s\n", command);
      return 1;
    }
    fflush(stdout);
  }
  return 0;
}
