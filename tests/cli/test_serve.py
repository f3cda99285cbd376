"""What keeps ``traider serve`` from serving is one line, before anything is opened."""

import socket
from pathlib import Path

import pytest

from traider.cli.main import run

Capture = pytest.CaptureFixture[str]


def _refused(capsys: Capture, state: Path, *arguments: str) -> str:
    assert run(["serve", "--state", str(state), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert not state.exists()
    return line


def test_a_port_that_is_taken(tmp_path: Path, capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = _refused(capsys, tmp_path / "run", "--port", str(port))
    assert line == (
        f"traider: error: api.port: another process listens at 127.0.0.1:{port}; "
        "end it, or choose another port with --port, such as 0 for any free one"
    )


def test_an_address_of_the_network_without_an_express_word(tmp_path: Path, capsys: Capture) -> None:
    line = _refused(capsys, tmp_path / "run", "--host", "::", "--port", "0")
    assert "passwords would go there unencrypted" in line
    assert "api.tls_certificate" in line
    assert "api.is_public=true" in line


def test_a_certificate_without_its_key(tmp_path: Path, capsys: Capture) -> None:
    arguments = ("--set", f"api.tls_certificate={tmp_path / 'cert.pem'}", "--port", "0")
    assert "needs api.tls_key" in _refused(capsys, tmp_path / "run", *arguments)


def test_an_origin_that_is_none(tmp_path: Path, capsys: Capture) -> None:
    arguments = ("--set", "api.allowed_origins=https://desk.example/path")
    assert "allowed_origins" in _refused(capsys, tmp_path / "run", *arguments)
