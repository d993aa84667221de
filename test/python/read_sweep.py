"""Opens a sweep's result as a scientist would, and prints what it holds as JSON; any complaint of zarr or xarray is an error."""

import json
import sys
import warnings

warnings.simplefilter("error")

import numpy
import xarray

path = sys.argv[1]


def array(variable):
    return {
        "dims": list(variable.dims),
        "attrs": dict(variable.attrs),
        # Bits, for NaN and -0 are to be told from others too.
        "bits": numpy.ascontiguousarray(variable.values).view("u1").tobytes().hex(),
    }


def dataset(group):
    opened = xarray.open_zarr(path, group=group, consolidated=True, chunks=None)
    return {
        "sizes": {str(name): size for name, size in opened.sizes.items()},
        "attrs": dict(opened.attrs),
        "coords": {str(name): array(variable) for name, variable in opened.coords.items()},
        "data": {str(name): array(variable) for name, variable in opened.data_vars.items()},
    }


for name in sys.argv[2:]:
    exported = xarray.open_dataset("all.nc", group=name, engine="netcdf4")
    opened = xarray.open_zarr(path, group=name, consolidated=True, chunks=None)
    xarray.testing.assert_equal(exported.load(), opened.load())

json.dump({group: dataset(group or None) for group in ["", *sys.argv[2:]]}, sys.stdout)
