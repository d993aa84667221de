"""Computes a wave from Python: hands a job in over HTTP, waits, opens the result in xarray and plots it.

Cells begin at "# %%": Jupyter (with jupytext), VS Code and Spyder open this file as a notebook.
It takes a coordinator (`groundswell serve`) with a peer or more, and of Python xarray, netCDF4 and matplotlib.
"""

# %% Where the coordinator is, and the right to hand jobs in
import json
import pathlib
import time
import urllib.request

URL = "http://127.0.0.1:8470"
TOKEN = pathlib.Path("data/token").read_text().strip()
ROOM = f"{URL}/api/rooms/main"


def ask(method, address, body=None):
    """What the coordinator answers, read from JSON."""
    request = urllib.request.Request(address, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
    if body is not None:
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request) as response:
        return json.load(response)


# %% The job: what a job file says, as a dictionary
job = {
    "name": "notebook",
    "model": "wave",
    "grid": {"shape": [96, 128], "spacing": 0.01, "unit": "m"},
    "time": {"steps": 200},
    "parameters": {"speed": 343},
    "initial": {"psi": {"formula": "gaussian", "amplitude": 1, "sigma": 0.05}},
    "probes": {"ear": {"at": {"y": 48, "x": 96}, "fields": ["psi"]}},
    "outputs": {"film": {"fields": ["psi"], "every": 20}},
}
job_id = ask("POST", f"{ROOM}/jobs", {"file": job})["id"]

# %% Wait for its end
while True:
    status = ask("GET", f"{ROOM}/jobs/{job_id}")
    if status["state"] in ("done", "failed", "stopped"):
        break
    if "progress" in status:
        print(f"step {status['progress']['step']} of {status['progress']['steps']}")
    time.sleep(1)
if status["state"] != "done":
    raise RuntimeError(f"{job_id} {status['state']}: {status.get('reason')}")

# %% Fetch the result, and open it
import xarray

urllib.request.urlretrieve(f"{ROOM}/jobs/{job_id}/export?format=netcdf", "notebook.nc")
film = xarray.open_dataset("notebook.nc", group="film")
ear = xarray.open_dataset("notebook.nc", group="probes/ear")

# %% Plot it
import matplotlib.pyplot as plt

figure, (above, below) = plt.subplots(2, figsize=(7, 8), height_ratios=[2, 1], layout="constrained")
film.psi.isel(time=-1).plot(ax=above, cmap="RdBu_r")
ear.psi.plot(ax=below)
figure.savefig("notebook.png")
