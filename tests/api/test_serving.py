"""The server's address: taken at once, or refused in one line."""

import socket

import pytest

from tests.api.served import Caller
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
