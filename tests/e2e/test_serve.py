"""``traider serve`` and ``traider run`` as a person starts them: the address, and every end."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.served import Caller
from tests.e2e.command import command, environment
from tests.web.parts_of_demo import child_of, free_port

PATIENCE_S = 120.0


def _until(path: Path, process: "subprocess.Popen[str]") -> dict[str, str]:
    """Wait for the file of the address; return it."""
    until_s = time.monotonic() + PATIENCE_S
    while not path.exists() or not path.read_bytes():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until_s
        time.sleep(0.05)
    return dict(json.loads(path.read_bytes()))


@contextmanager
def _serving(folder: Path, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command(*arguments), cwd=folder, env={**environment(), **variables}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_it_says_where_it_is_and_who_may_enter_and_ends_at_sigterm(tmp_path: Path) -> None:
    arguments = ("serve", "--state", "run", "--port", "0")
    with _serving(tmp_path, *arguments) as process:
        url = _until(tmp_path / "run" / "api.json", process)["url"]
        with Caller(url) as caller:
            assert caller.get("/api/v1/health/live").status == 200
            process.send_signal(signal.SIGTERM)
            out, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    first, second = told.splitlines()
    assert first == f"dashboard and API of run: {url}"
    assert second.startswith("first login: admin with the password ")
    assert not (tmp_path / "run" / "api.json").exists()
    password = second.rpartition(" ")[2]
    assert password not in (tmp_path / "run" / "api.log.jsonl").read_text(encoding="utf-8")


def _is_served(port: int) -> bool:
    try:
        with Caller(f"http://127.0.0.1:{port}") as caller:
            return caller.get("/api/v1/health/live").status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_a_run_serves_it_and_goes_on_without_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        arguments = (
            "run", "--demo", "--state", str(tmp_path / "run"), "--port", str(port),
            "--set", "run.tables=false", "--set", "run.report=false",
            # The trader's own: its API may not want the same.
            "--set", f"observability.port={free_port()}",
        )  # fmt: skip
        root = Path(__file__).resolve().parents[2]
        serves = {"TRAIDER_API__IS_SERVED": "true", "TRAIDER_ADMIN_PASSWORD": "a-long-first-word-7"}
        with _serving(root, *arguments, **serves) as process:
            until_s = time.monotonic() + PATIENCE_S
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith(
                "ALERT warning: dashboard and API are not served: api.port: another"
            )
            other.close()
            line = process.stderr.readline()
            assert line == f"dashboard and API of {tmp_path / 'run'}: http://127.0.0.1:{port}\n"
            url = _until(tmp_path / "run" / "api.json", process)["url"]
            with Caller(url) as caller:
                ready = caller.get("/api/v1/health/ready").json
                while not all(each["is_good"] for each in ready["parts"][::2]):
                    assert time.monotonic() < until_s
                    time.sleep(0.2)
                    ready = caller.get("/api/v1/health/ready").json
            # Ended in order, but not by the run: it is begun again.
            first = child_of(process.pid, "serve")
            os.kill(first, signal.SIGTERM)
            while not _is_served(port) or child_of(process.pid, "serve") == first:
                assert time.monotonic() < until_s
                time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "api was ended from outside" in told
    assert told.count("dashboard and API of ") == 1
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
