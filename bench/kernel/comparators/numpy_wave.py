"""The 7-point step in numpy: in place, a few planes at a time so that they stay in the cache. usage: numpy_wave.py N THREADS"""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from comparator import serve

PLANES = 4
threads = int(sys.argv[2])
pool = ThreadPoolExecutor(threads)


def planes(u, p, k, low, high):
    mid = u[low:high, 1:-1, 1:-1]
    around = u[low:high, 1:-1, :-2] + u[low:high, 1:-1, 2:]
    other = u[low:high, :-2, 1:-1] + u[low:high, 2:, 1:-1]
    around += other
    np.add(u[low - 1 : high - 1, 1:-1, 1:-1], u[low + 1 : high + 1, 1:-1, 1:-1], out=other)
    around += other
    np.multiply(mid, np.float32(6), out=other)
    around -= other
    around *= k[low:high, 1:-1, 1:-1]
    np.multiply(mid, np.float32(2), out=other)
    target = p[low:high, 1:-1, 1:-1]
    np.subtract(other, target, out=target)
    target += around


def step(u, p, k):
    end = len(u) - 1
    each = map if threads == 1 else pool.map
    list(each(lambda low: planes(u, p, k, low, min(low + PLANES, end)), range(1, end, PLANES)))


serve(step)
