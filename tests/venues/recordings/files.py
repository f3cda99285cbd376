"""Recordings as programs write them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

SECOND = 1_786_309_548
NS = SECOND * 10**9


def write(path: Path, *lines: str) -> Path:
    """Write lines, compressed as the ending of the name says."""
    with pa.output_stream(str(path), compression="detect") as stream:
        stream.write("".join(f"{line}\n" for line in lines).encode())
    return path


def received(message: Any, second: float = 0.0, connection: str = "X.ws.1") -> str:
    """Return the line of a message, ``second`` seconds after the start."""
    return _line("recv", second, conn=connection, data=json.dumps(message))


def answered(url: str, body: Any, second: float = 0.0) -> str:
    """Return the line of a REST answer."""
    return _line("http", second, conn="X.http.1", url=url, data=json.dumps(body))


def connected(address: str, second: float = 0.0, connection: str = "X.ws.1") -> str:
    """Return the line of an opened connection."""
    return _line("connect", second, conn=connection, addr=address)


def sent(request: Any, second: float = 0.0, connection: str = "X.ws.1") -> str:
    """Return the line of a request."""
    return _line("send", second, conn=connection, addr="", data=json.dumps(request))


def header(exchange: str) -> str:
    """Return the first line of a session."""
    return json.dumps({"t": "header", "format": 2, "exchange": exchange, "config": {}})


def _line(kind: str, second: float, **more: str) -> str:
    return json.dumps({"t": kind, "ts": SECOND + second, **more})
