"""A server that speaks S3 on a real socket, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET: Final = "evidence"


@contextmanager
def object_store(environment: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """Give the address of a store with one bucket that locks, and a client of it."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        environment.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=address)
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield address, client
    finally:
        server.stop()
