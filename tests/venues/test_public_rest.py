"""Public requests over a real server: what is tried again, what is raised."""

import asyncio

import pytest

from tests.venues.loopback import serving
from traider.venues.errors import (
    VenueBusyError,
    VenueRefusalError,
    VenueSilenceError,
    VenueUnreachableError,
)
from traider.venues.public_rest import PublicRest, PublicRestTerms

TERMS = PublicRestTerms(timeout_s=2.0, tries=3, pause_s=0.001)


def ask(path: str, *answers: tuple[int, bytes]) -> tuple[bytes, int]:
    """Ask a server that gives ``answers``; return the body and how often it was asked."""

    async def talk() -> tuple[bytes, int]:
        async with serving({path: list(answers)}) as venue, PublicRest(TERMS) as rest:
            body = await rest.get(venue.rest_url + path)
            return body, len(venue.asked)

    return asyncio.run(talk())


def test_an_answer_is_returned_as_it_came() -> None:
    assert ask("/list?a=1", (200, b'{"x":1}')) == (b'{"x":1}', 1)


@pytest.mark.parametrize("status", [429, 500, 503, 302])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert ask("/list", (status, b"wait"), (status, b"wait"), (200, b"now")) == (b"now", 3)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, VenueBusyError), (502, VenueSilenceError), (403, VenueRefusalError)],
)
def test_the_last_fault_is_raised(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=f"status {status}: no"):
        ask("/list", (status, b"no"))


def test_a_refusal_is_not_repeated() -> None:
    async def talk() -> int:
        async with serving({"/x": [(400, b"bad")]}) as venue, PublicRest(TERMS) as rest:
            with pytest.raises(VenueRefusalError):
                await rest.get(venue.rest_url + "/x")
            return len(venue.asked)

    assert asyncio.run(talk()) == 1


def test_nobody_there_is_told() -> None:
    async def talk() -> None:
        async with serving({}) as venue:
            url = venue.rest_url
        async with PublicRest(TERMS) as rest:
            await rest.get(url)

    with pytest.raises(VenueUnreachableError, match="no connection"):
        asyncio.run(talk())


def test_a_closed_client_is_told() -> None:
    with pytest.raises(VenueUnreachableError, match="the client is closed"):
        asyncio.run(PublicRest(TERMS).get("http://127.0.0.1:1/"))
