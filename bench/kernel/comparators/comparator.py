"""What the Python comparators share: the arrays, the initial state, the digest of a result, and the commands they obey.

Cell for cell the same as grid.h. Arrays are [z, y, x] of (n + 2)³ f32, the outermost cells fixed at 0.
"""

import sys
import time

import numpy as np

INSIDE = (slice(1, -1),) * 3


def mix(h):
    h = (h ^ (h >> np.uint32(15))) * np.uint32(2246822519)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(3266489917)
    return h ^ (h >> np.uint32(16))


def spread_indices(n):
    return np.arange(n**3, dtype=np.uint32).reshape(n, n, n) * np.uint32(2654435761)


def filled(n, stream, drop, offset):
    bits = mix(spread_indices(n) + np.uint32(stream)) >> np.uint32(drop)
    array = np.zeros((n + 2,) * 3, np.float32)
    array[INSIDE] = bits.astype(np.float32) * np.float32(2**-24) + np.float32(offset)
    return array


def digest(array):
    bits = np.ascontiguousarray(array[INSIDE]).view(np.uint32)
    return int(np.sum(mix(bits + spread_indices(len(bits))), dtype=np.uint64)) % 2**32


class Wave:
    """Two levels that take turns, and the coupling of each cell."""

    def __init__(self, n):
        self.k = filled(n, 0, 11, 0.0625)
        self.now = filled(n, 1, 8, -0.5)
        self.before = filled(n, 2, 8, -0.5)


def serve(step):
    """`step(now, before, k)` puts the new level into `before`. The protocol of grid.h, less `start point`."""
    n = int(sys.argv[1])
    wave = None
    for line in sys.stdin:
        match line.split():
            case ["start", "noise"]:
                wave = Wave(n)
                answer = "started"
            case ["advance", steps]:
                began = time.perf_counter()
                for _ in range(int(steps)):
                    step(wave.now, wave.before, wave.k)
                    wave.now, wave.before = wave.before, wave.now
                answer = f"{time.perf_counter() - began:.9f}"
            case ["digest"]:
                answer = digest(wave.now)
            case _:
                sys.exit(f"no command {line}")
        print(answer, flush=True)
