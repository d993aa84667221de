"""Fails unless all.nc, wall.nc and ear.nc hold what the result they were exported from does; prints the groups compared."""

import sys

import xarray

path = sys.argv[1]


def opened(engine, file, group=None):
    return xarray.open_dataset(file, engine=engine, group=group)


for engine in "netcdf4", "h5netcdf":
    zarr = xarray.open_datatree(path, engine="zarr", consolidated=True)
    netcdf = xarray.open_datatree("all.nc", engine=engine)
    names = sorted(node.path.lstrip("/") for node in zarr.subtree if node.has_data and node.data_vars)
    for name in names:
        xarray.testing.assert_identical(netcdf[name].to_dataset(), zarr[name].to_dataset())
    assert netcdf.attrs == zarr.attrs
    # A group alone also says what the root says.
    wall = opened(engine, "wall.nc")
    xarray.testing.assert_equal(wall, zarr["wall"].to_dataset())
    assert wall.attrs["state"] == "complete"
    assert wall["psi.L"].attrs == zarr["wall"]["psi.L"].attrs
    xarray.testing.assert_equal(opened(engine, "ear.nc"), zarr["probes/ear"].to_dataset()[["psi.L"]])
    print(f"{engine}: {', '.join(names)}")
