"""Opens a result in a bucket by its s3:// address, and prints what it holds of one output and one probe as JSON.

s3fs is what people use for this. Debian has none, so where it is missing boto3 takes its place behind the same address.
"""

import importlib.util
import json
import sys
import warnings

warnings.simplefilter("error")
warnings.filterwarnings("ignore", category=DeprecationWarning, module="botocore")

import fsspec
import xarray

address, endpoint, key, secret = sys.argv[1:5]


def register_boto3():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from fsspec.spec import AbstractFileSystem

    class Boto3FileSystem(AbstractFileSystem):
        protocol = "s3"

        def __init__(self, key, secret, endpoint_url, **options):
            super().__init__(**options)
            self.client = boto3.client(
                "s3",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                endpoint_url=endpoint_url,
                region_name="us-east-1",
                config=Config(s3={"addressing_style": "path"}),
            )

        def split(self, path):
            bucket, _, name = self._strip_protocol(path).partition("/")
            return {"Bucket": bucket, "Key": name}

        def cat_file(self, path, start=None, end=None, **_):
            part = {} if start is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
            if start is not None and start < 0:
                part = {"Range": f"bytes={start}"}
            try:
                return self.client.get_object(**self.split(path), **part)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    raise FileNotFoundError(path) from error
                raise

        def info(self, path, **_):
            try:
                head = self.client.head_object(**self.split(path))
            except ClientError as error:
                raise FileNotFoundError(path) from error
            return {"name": path, "size": head["ContentLength"], "type": "file"}

        def ls(self, path, detail=True, **_):
            where = self.split(path)
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=where["Bucket"], Prefix=where["Key"].rstrip("/") + "/"
            )
            found = [
                {"name": f"{where['Bucket']}/{each['Key']}", "size": each["Size"], "type": "file"}
                for page in pages
                for each in page.get("Contents", [])
            ]
            return found if detail else [each["name"] for each in found]

    fsspec.register_implementation("s3", Boto3FileSystem, clobber=True)


if importlib.util.find_spec("s3fs") is None:
    register_boto3()

options = {"key": key, "secret": secret, "endpoint_url": endpoint}


def opened(group):
    return xarray.open_zarr(address, group=group, chunks=None, consolidated=True, storage_options=options)


def coordinates(dataset):
    return {
        name: {"units": each.attrs["units"], "values": each.values.tolist()}
        for name, each in dataset.coords.items()
    }


volume, ear = opened("volume"), opened("probes/ear")
json.dump(
    {
        "dims": dict(volume["psi"].sizes),
        "units": volume["psi"].attrs["units"],
        "coords": coordinates(volume),
        "volume": volume["psi"].values.ravel().tolist(),
        "ear": ear["psi"].values.tolist(),
        "state": opened(None).attrs["state"],
    },
    sys.stdout,
)
