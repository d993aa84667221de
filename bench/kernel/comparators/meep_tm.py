"""A 2-D TM problem in Meep: Ez, Hx and Hy in vacuum, its simplest case. usage: meep_tm.py N STEPS; prints the seconds."""

import sys
import time

import meep

n, steps = (int(argument) for argument in sys.argv[1:])
meep.verbosity(0)
simulation = meep.Simulation(
    cell_size=meep.Vector3(n, n),
    resolution=1,
    dimensions=2,
    eps_averaging=False,
    sources=[meep.Source(meep.GaussianSource(frequency=0.05, fwidth=0.05), meep.Ez, meep.Vector3())],
)
simulation.init_sim()


def advance():
    for _ in range(steps):
        simulation.fields.step()


advance()
meep.all_wait()
began = time.perf_counter()
advance()
meep.all_wait()
if meep.am_master():
    print(f"{time.perf_counter() - began:.9f}")
