// OpenWave's M2: two scalar fields, each with its mean square, its frequency and the time of its last upward
// crossing of 0, in one pass; the formulas of shaders/models/wave.wgsl, in its order. usage: m2 N
#include "grid.h"

static const float COURANT2 = 0.3f, DT = 0.5f;

typedef struct {
  float *now, *before, *rms2, *freq, *crossed;
} Field;

static Field fields[2];
static double steps_made;

static void start(int point) {
  steps_made = 0;
  for (int f = 0; f < 2; f++) {
    Field *field = &fields[f];
    if (point) {
      fill_point(field->now);
      fill_point(field->before);
    } else {
      fill_noise(field->now, 1 + 2 * f);
      fill_noise(field->before, 2 + 2 * f);
    }
    float *trackers[] = {field->rms2, field->freq, field->crossed};
    for (int t = 0; t < 3; t++) memset(trackers[t], 0, sizeof(float) * plane * (n + 2));
  }
}

// Both outcomes are computed and one is kept, and the arrays are parameters: else gcc does not vectorise, and is slower.
static __attribute__((noinline)) void cells_of(float *restrict p, const float *restrict u, float *restrict rms2,
                                               float *restrict freq, float *restrict crossed, float time) {
  for (long x = 0; x < n; x++) {
    float around = u[x - 1] + u[x + 1] + u[x - row] + u[x + row] + u[x - plane] + u[x + plane];
    float next = 2.0f * u[x] - p[x] + COURANT2 * (around - 6.0f * u[x]);
    float period = time - crossed[x];
    float smoothed = 0.05f / period + 0.95f * freq[x];
    int upwards = (u[x] < 0.0f) & (next >= 0.0f);
    int whole = upwards & (period > 2.0f * DT);
    p[x] = next;
    rms2[x] = 0.005f * (next * next) + 0.995f * rms2[x];
    freq[x] = whole ? smoothed : freq[x];
    crossed[x] = upwards ? time : crossed[x];
  }
}

static void advance(int steps) {
  for (int s = 0; s < steps; s++) {
    const float time = (float)(steps_made++ * DT);
#pragma omp parallel for schedule(static)
    for (long z = 1; z <= n; z++)
      for (long y = 1; y <= n; y++)
        for (int f = 0; f < 2; f++) {
          const Field *of = &fields[f];
          const long o = at(z, y);
          cells_of(of->before + o, of->now + o, of->rms2 + o, of->freq + o, of->crossed + o, time);
        }
    for (int f = 0; f < 2; f++) {
      float *older = fields[f].before;
      fields[f].before = fields[f].now;
      fields[f].now = older;
    }
  }
}

static uint32_t result(void) {
  float *arrays[8];
  for (int f = 0; f < 2; f++) {
    float *of_field[] = {fields[f].now, fields[f].rms2, fields[f].freq, fields[f].crossed};
    memcpy(arrays + 4 * f, of_field, sizeof of_field);
  }
  return digest(arrays, 8);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  set_size(atol(arguments[1]));
  for (int f = 0; f < 2; f++)
    fields[f] = (Field){new_array(), new_array(), new_array(), new_array(), new_array()};
  return serve();
}
