"""Opens a result as a scientist would, and prints what it holds as JSON; any complaint of zarr or xarray is an error."""

import json
import sys
import warnings

warnings.simplefilter("error")

import numpy
import xarray
import zarr

path = sys.argv[1]


def array(variable):
    return {
        "dims": list(variable.dims),
        "dtype": str(variable.dtype),
        "attrs": dict(variable.attrs),
        # JSON has no NaN.
        "values": numpy.where(numpy.isnan(variable.values), None, variable.values).tolist(),
    }


def arrays(group):
    """As text, since NaN, the fill value, does not equal itself."""
    nodes = group.members(max_depth=None)
    return {name: repr(node.metadata) for name, node in nodes if isinstance(node, zarr.Array)}


def dataset(group):
    opened = xarray.open_zarr(path, group=group, consolidated=True, chunks=None)
    return {
        "sizes": dict(opened.sizes),
        "attrs": dict(opened.attrs),
        "coords": {str(name): array(variable) for name, variable in opened.coords.items()},
        "data": {str(name): array(variable) for name, variable in opened.data_vars.items()},
    }


root = zarr.open_group(path, mode="r", zarr_format=3, use_consolidated=True)
plain = zarr.open_group(path, mode="r", zarr_format=3, use_consolidated=False)
groups = [name for name, node in plain.members(max_depth=None) if isinstance(node, zarr.Group)]
tree = xarray.open_datatree(path, engine="zarr", consolidated=True)

json.dump(
    {
        "groups": sorted(groups),
        "tree": sorted(node.path.lstrip("/") for node in tree.subtree if node.path != "/"),
        "consolidated": arrays(root) == arrays(plain) != {},
        "root": dataset(None)["attrs"],
        "datasets": {group: dataset(group) for group in groups if group != "probes"},
    },
    sys.stdout,
)
