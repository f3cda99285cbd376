"""What becomes of a request, over a real socket."""

import asyncio

import jwt
import pytest

from tests.ports.clock import FixedClock
from tests.venues.coinbase.keys import KEY
from tests.venues.coinbase.scripted_server import Answer, asking, nowhere
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.errors import (
    VenueBusyError,
    VenueError,
    VenueRefusalError,
    VenueSilenceError,
    VenueUnreachableError,
)

NOT_FOUND = Answer({"error": "NOT_FOUND", "error_details": "", "message": "no such order"}, 404)
FORBIDDEN = Answer(
    {"error": "PERMISSION_DENIED", "error_details": "Missing required scopes", "message": ""}, 403
)
BUSY = Answer(
    {"errors": [{"id": "rate_limit_exceeded", "message": "Too many requests"}]},
    429,
    {"Retry-After": "0.01"},
)
BROKEN = Answer(b"<html>503</html>", 503)
CUT = Answer(cuts=True)
SLOW = Answer({}, delay_s=0.5)
FINE = Answer({"ok": True})


def get(*answers: Answer, path: str = "/orders/x", **terms: float) -> tuple[bytes, int]:
    """Return the body that a reading request brings, and how often it was asked."""

    async def ask() -> tuple[bytes, int]:
        async with asking(*answers, key=KEY, **terms) as (session, asked):
            return await session.get(path), len(asked)

    return asyncio.run(ask())


def post(*answers: Answer, repeats: bool) -> tuple[VenueError | None, int]:
    """Return what a doing request raises, and how often it was asked."""

    async def ask() -> tuple[VenueError | None, int]:
        async with asking(*answers, key=KEY, timeout_s=0.2) as (session, asked):
            try:
                await session.post("/orders", {"a": 1}, repeats=repeats)
            except VenueError as fault:
                return fault, len(asked)
            return None, len(asked)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("answer", "kind", "code", "words"),
    [
        (NOT_FOUND, VenueRefusalError, "NOT_FOUND", "no such order"),
        (FORBIDDEN, VenueRefusalError, "PERMISSION_DENIED", "Missing required scopes"),
        (Answer(b"Unauthorized\n", 401), VenueRefusalError, "401", "Unauthorized"),
        (Answer(b"", 400), VenueRefusalError, "400", "no words"),
        (Answer({"message": 7}, 400), VenueRefusalError, "400", '{"message":7}'),
    ],
)
def test_refusals_are_told_in_the_venues_words_and_not_repeated(
    answer: Answer, kind: type[VenueRefusalError], code: str, words: str
) -> None:
    with pytest.raises(kind, match=words.replace("{", r"\{")) as caught:
        get(answer, FINE)
    assert caught.value.code == code
    assert "GET /api/v3/brokerage/orders/x" in str(caught.value)


@pytest.mark.parametrize("fault", [BUSY, BROKEN, CUT, Answer({}, 409), Answer({}, delay_s=0.4)])
def test_reading_is_tried_again(fault: Answer) -> None:
    body, times = get(fault, fault, FINE, timeout_s=0.2)
    # A cut connection that was open before is asked anew below, once, without our knowing.
    assert body == b'{"ok":true}'
    assert times >= 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(BUSY, VenueBusyError), (BROKEN, VenueSilenceError), (CUT, VenueSilenceError)],
)
def test_and_given_up_in_the_end(fault: Answer, kind: type[VenueError]) -> None:
    with pytest.raises(kind):
        get(fault, tries=2)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(BUSY, VenueBusyError), (BROKEN, VenueSilenceError), (CUT, VenueSilenceError),
     (SLOW, VenueSilenceError), (Answer({}, 202), VenueSilenceError),
     (NOT_FOUND, VenueRefusalError)],
)  # fmt: skip
def test_what_must_not_happen_twice_is_sent_once(fault: Answer, kind: type[VenueError]) -> None:
    raised, times = post(fault, FINE, repeats=False)
    assert (type(raised), times) == (kind, 1)


@pytest.mark.parametrize("fault", [BUSY, BROKEN, CUT, SLOW])
def test_what_may_happen_twice_is_sent_again(fault: Answer) -> None:
    assert post(fault, FINE, repeats=True) == (None, 2)


def test_no_connection_means_that_nothing_was_sent() -> None:
    async def ask() -> None:
        async with RestSession(FixedClock(), KEY, RestTerms(base_url=nowhere())) as session:
            await session.post("/orders", {}, repeats=False)

    with pytest.raises(VenueUnreachableError, match="no connection"):
        asyncio.run(ask())


def test_a_busy_venue_is_left_alone_for_as_long_as_it_asks() -> None:
    async def ask() -> float:
        busy = Answer(BUSY.body, 429, {"Retry-After": "0.2"})
        async with asking(busy, FINE, key=KEY) as (session, _):
            loop = asyncio.get_running_loop()
            began = loop.time()
            await session.get("/orders/x")
            return loop.time() - began

    assert asyncio.run(ask()) >= 0.19


def test_private_requests_are_signed_for_their_path_and_public_ones_are_not() -> None:
    async def ask() -> list[dict[str, str]]:
        async with asking(FINE, key=KEY) as (session, asked):
            await session.get("/accounts", {"limit": "250", "id": ["a", "b"]})
            await session.get("/market/products")
            assert asked[0].query == [("limit", "250"), ("id", "a"), ("id", "b")]
            return [each.headers for each in asked]

    private, public = asyncio.run(ask())
    token = private["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["uri"] == "GET api.coinbase.com/api/v3/brokerage/accounts"
    assert "Authorization" not in public
    assert public["Cache-Control"] == "no-cache"


def test_without_a_key_nothing_private_is_asked() -> None:
    async def ask() -> None:
        async with asking(FINE) as (session, _):
            await session.get("/accounts")

    with pytest.raises(VenueRefusalError, match="needs a key"):
        asyncio.run(ask())


def test_a_token_made_ahead_is_used_once_and_never_when_it_is_old() -> None:
    async def ask() -> list[str]:
        async with asking(FINE, key=KEY) as (session, asked):
            await session.post("/orders", {}, repeats=False)
            await asyncio.sleep(0)
            ((place, (first, made_s)),) = session._ahead.items()
            await session.post("/orders", {}, repeats=False)
            await asyncio.sleep(0)
            old, _ = session._ahead[place]
            session._ahead[place] = old, made_s - 61
            await session.post("/orders", {}, repeats=False)
            used = [each.headers["Authorization"].removeprefix("Bearer ") for each in asked]
            assert used[1] == first
            assert old not in used
            return used

    used = asyncio.run(ask())
    assert len(set(used)) == 3
    claims = [jwt.decode(each, options={"verify_signature": False}) for each in used]
    assert {each["uri"] for each in claims} == {"POST api.coinbase.com/api/v3/brokerage/orders"}
