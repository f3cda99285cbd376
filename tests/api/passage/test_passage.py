"""What requests pass through, over a real connection: names, origins, rates, bodies, headers."""

import contextlib
import http.client
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import pytest
from fastapi import Body, FastAPI

from tests.api.served import Caller, Said, serving, serving_application, serving_on
from tests.ports.log import MemoryLog
from traider.api.passage.body_limits import BodyLimit
from traider.api.terms import ApiTerms
from traider.ops.metrics import ProcessMetrics
from traider.runtime.config import load_config

LIVE = "/api/v1/health/live"


def test_every_answer_tells_a_browser_what_not_to_do(served: Caller) -> None:
    for path in (LIVE, "/api/v1/nothing", "/", "/docs"):
        told = served.get(path).headers
        assert told["x-content-type-options"] == "nosniff"
        assert told["x-frame-options"] == "DENY"
        assert told["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in told["content-security-policy"]
        assert "server" not in told
        assert "strict-transport-security" not in told
    assert served.get(LIVE).headers["cache-control"] == "no-store"
    assert served.get(LIVE).headers["content-security-policy"].startswith("default-src 'none'; f")


def test_too_fast_is_told_to_wait(written_state: Path) -> None:
    config = load_config(
        overrides=("api.address_requests_at_once=3", "api.address_requests_per_second=0.01")
    )
    with serving(written_state, config) as url, Caller(url) as caller:
        answers = [caller.get(LIVE) for _ in range(4)]
        assert [each.status for each in answers] == [200, 200, 200, 429]
        assert answers[-1].json["detail"] == "too many requests of this address"
        assert 90 <= int(answers[-1].headers["retry-after"]) <= 100
        assert caller.get("/").status == 200, "files of the dashboard are not counted"


def test_each_asker_has_a_rate_of_their_own(written_state: Path) -> None:
    config = load_config(overrides=("api.requests_at_once=1", "api.requests_per_second=0.01"))
    with serving(written_state, config) as url, Caller(url) as caller:
        one, other = {"Authorization": "Bearer one"}, {"Cookie": "traider_session=other"}
        assert caller.get(LIVE, **one).status == 200
        refused = caller.get(LIVE, **one)
        assert (refused.status, refused.json["title"]) == (429, "Too Many Requests")
        assert caller.get(LIVE, **other).status == 200
        assert caller.get(LIVE, **other).status == 429
        assert caller.get(LIVE).status == 200, "whoever is nobody has the address's rate alone"


def test_a_long_body_is_refused_whether_or_not_its_length_is_told(written_state: Path) -> None:
    config = load_config(overrides=("api.body_bytes_max=1024",))
    with serving(written_state, config) as url, Caller(url) as caller:
        told = caller.ask("POST", LIVE, b"x" * 1025)
        assert (told.status, told.json["title"]) == (413, "Content Too Large")
        assert caller.ask("POST", LIVE, b"x" * 1024).status == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:8000", 200), ("evil.example", 421)],
)
def test_on_this_machine_it_goes_by_names_of_this_machine(
    served: Caller, host: str, status: int
) -> None:
    assert served.get(LIVE, Host=host).status == status


def test_a_name_that_was_given_is_taken(written_state: Path) -> None:
    config = load_config(overrides=("api.hosts=trader.example",))
    with serving(written_state, config) as url, Caller(url) as caller:
        assert caller.get(LIVE, Host="Trader.Example:443").status == 200
        assert caller.get(LIVE, Host="other.example").status == 421


def _preflight(caller: Caller, origin: str) -> Said:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return caller.ask("OPTIONS", "/api/v1/status", headers=asked)


def test_pages_of_other_origins_may_ask_only_where_they_are_named(written_state: Path) -> None:
    config = load_config(overrides=("api.allowed_origins=https://desk.example",))
    with serving(written_state, config) as url, Caller(url) as caller:
        ours = _preflight(caller, "https://desk.example")
        assert ours.status == 200
        assert ours.headers["access-control-allow-origin"] == "https://desk.example"
        assert ours.headers["access-control-allow-credentials"] == "true"
        other = _preflight(caller, "https://evil.example")
        assert other.status == 400
        assert "access-control-allow-origin" not in other.headers


def test_without_such_pages_no_origin_is_allowed(served: Caller) -> None:
    assert "access-control-allow-origin" not in _preflight(served, "https://desk.example").headers
    answer = served.get(LIVE, Origin="https://desk.example")
    assert "access-control-allow-origin" not in answer.headers


def test_requests_are_told_and_counted_without_what_they_carry(written_state: Path) -> None:
    log, metrics = MemoryLog(), ProcessMetrics()
    terms = ApiTerms(written_state, load_config(), log=log, metrics=metrics)
    with serving_on(terms) as url, Caller(url) as caller:
        caller.post(f"{LIVE}?token=trd_hidden", {"password": "hidden"}, Cookie="a=hidden")
        caller.get("/api/v1/nothing")
    (first, second) = [line for line in log.lines if line.message == "request"]
    assert (first.fields["method"], first.fields["path"], first.fields["status"]) == (
        "POST", LIVE, 405,
    )  # fmt: skip
    assert second.fields["status"] == 404
    assert "hidden" not in str(log.lines)
    counted = metrics.snapshot().counters
    assert sum(counted.values()) == 2
    assert any("none" in name and "404" in name for name in counted), counted
    assert any("/health/live" in name and "405" in name for name in counted), counted


def test_a_body_in_pieces_is_counted_as_it_comes() -> None:
    application = FastAPI()

    @application.post("/echo")
    async def echo(items: Annotated[list[str], Body()]) -> int:
        return len(items)

    piece = b'"aaaaaaaa",'
    with serving_application(BodyLimit(application, 1_024)) as url:
        for pieces, status in ((50, 200), (100, 413)):
            at = urlsplit(url)
            assert at.hostname is not None
            connection = http.client.HTTPConnection(at.hostname, at.port, timeout=30)
            with contextlib.closing(connection):
                connection.request(
                    "POST", "/echo", iter([b"[", *([piece] * pieces), b'""]']),
                    {"Content-Type": "application/json"}, encode_chunked=True,
                )  # fmt: skip
                assert connection.getresponse().status == status
