"""The server's address: taken at once, or refused in one line."""

import contextlib
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.served import Caller, serving
from traider.api.addresses import is_loopback
from traider.api.serving import ApiServer, Listening, PortTakenError
from traider.domain.errors import UsageError


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            ApiServer(Listening(port=port)).bind()
    assert refused.value.line() == (
        f"api.port: another process listens at 127.0.0.1:{port}; "
        "end it, or choose another port with --port, such as 0 for any free one"
    )


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cannot listen at 192\.0\.2\.1"):
        ApiServer(Listening("192.0.2.1", 0)).bind()


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("192.0.2.1", False), ("::", False), ("192.168.1.4", False), ("trader.example", False),
    ],
)  # fmt: skip
def test_what_is_reached_from_this_machine_alone(host: str, is_one: bool) -> None:
    assert is_loopback(host) is is_one


def test_what_is_asked_on_one_connection_is_answered_in_turn(served: Caller) -> None:
    for _ in range(3):
        assert served.get("/api/v1/health/live").status == 200


def said_after(url: str, sent: bytes) -> bytes:
    """Send bytes and no more; return what is answered until the server ends the connection."""
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), timeout=30.0) as peer:
        taken = b""
        # A server that ends a connection with bytes unread says so by a reset.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            peer.sendall(sent)
            while part := peer.recv(65_536):
                taken += part
        return taken


def test_who_says_nothing_or_half_a_request_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.api.punctual.HEAD_S", 0.2)
    monkeypatch.setattr("traider.api.passage.body_limits.BODY_S", 0.2)
    head = b"GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n"
    login = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    with serving(tmp_path) as url:
        assert said_after(url, b"") == b""
        assert said_after(url, head) == b""
        assert said_after(url, head + b"\r\n" + head).count(b"HTTP/1.1 200 OK") == 1
        late = said_after(url, login)
    assert late.startswith(b"HTTP/1.1 408")
    assert b"the body did not come in time" in late


def test_a_head_has_an_end(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        line = b"X-Filler: " + b"x" * 8_000 + b"\r\n"
        head = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + line * 20
        assert said_after(url, head) == b""
