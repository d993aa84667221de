"""The 7-point step in numba, nested loops with a parallel one outside. usage: numba_wave.py N cells|rows

`cells` is how one writes it first. `rows` takes each row as an array of its own and counts from 0, so that nothing
is left to check for an index below 0 and the compiler vectorises.
"""

import sys

import numba
import numpy as np
from comparator import serve

# Plain numbers are f64, and would draw every operation with them into f64.
TWO, SIX = np.float32(2), np.float32(6)


@numba.njit(parallel=True)
def step_by_cells(u, p, k):
    nz, ny, nx = u.shape
    for z in numba.prange(1, nz - 1):
        for y in range(1, ny - 1):
            for x in range(1, nx - 1):
                around = ((u[z, y, x - 1] + u[z, y, x + 1]) + (u[z, y - 1, x] + u[z, y + 1, x])) + (
                    u[z - 1, y, x] + u[z + 1, y, x]
                )
                p[z, y, x] = (TWO * u[z, y, x] - p[z, y, x]) + k[z, y, x] * (around - SIX * u[z, y, x])


@numba.njit(parallel=True)
def step_by_rows(u, p, k):
    nz, ny, nx = u.shape
    for z in numba.prange(1, nz - 1):
        for y in range(1, ny - 1):
            here, target, coupling = u[z, y], p[z, y, 1:-1], k[z, y, 1:-1]
            north, south = u[z, y - 1, 1:-1], u[z, y + 1, 1:-1]
            below, above = u[z - 1, y, 1:-1], u[z + 1, y, 1:-1]
            for x in range(nx - 2):
                around = ((here[x] + here[x + 2]) + (north[x] + south[x])) + (below[x] + above[x])
                target[x] = (TWO * here[x + 1] - target[x]) + coupling[x] * (around - SIX * here[x + 1])


serve({"cells": step_by_cells, "rows": step_by_rows}[sys.argv[2]])
