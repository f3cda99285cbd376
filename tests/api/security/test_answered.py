"""What moves money is done once for each key, on each database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import Engine

from tests.api.security.desk import HandClock
from traider.api.asking import Asker
from traider.api.once import REPLAYED, Once
from traider.api.problems import ConflictError, NotFoundError, NotUnderstoodError
from traider.api.rights import RIGHTS_OF, Role
from traider.api.security.answered import AnsweredTable, KeptAnswer
from traider.api.security.approvals import AskedRequest
from traider.api.security.terms import DAY_NS
from traider.domain.errors import VenueError

SEND = AskedRequest("POST", "/api/v1/control/orders", "", '{"size":"1"}', "")
OTHER = AskedRequest("POST", "/api/v1/control/orders", "", '{"size":"2"}', "")
ANA = Asker(1, "ana", Role.TRADER, RIGHTS_OF[Role.TRADER], "127.0.0.1")
BEN = Asker(2, "ben", Role.TRADER, RIGHTS_OF[Role.TRADER], "127.0.0.1")
KEY = "5f0c7a1e-2b0d"


class Sent(BaseModel):
    """An order that was sent."""

    number: int


class Desk:
    """Counts what is really done."""

    def __init__(self, engine: Engine) -> None:
        self.clock = HandClock()
        self.table = AnsweredTable(engine, self.clock)
        self.done = 0

    def once(self, request: AskedRequest = SEND, key: str = KEY) -> Once:
        return Once(key, request, self.table, Response(status_code=200))

    def send(self) -> Sent:
        self.done += 1
        return Sent(number=self.done)


def test_a_request_that_is_sent_again_is_answered_as_before(engine: Engine) -> None:
    desk = Desk(engine)
    first, again = desk.once(), desk.once()
    assert first.do(ANA, Sent, desk.send) == again.do(ANA, Sent, desk.send) == Sent(number=1)
    assert REPLAYED not in first.response.headers
    assert again.response.headers[REPLAYED] == "true"
    assert desk.once(key="another-key").do(ANA, Sent, desk.send) == Sent(number=2)
    # A key is its person's own.
    assert desk.once().do(BEN, Sent, desk.send) == Sent(number=3)


def test_a_key_of_another_request_is_refused(engine: Engine) -> None:
    desk = Desk(engine)
    desk.once().do(ANA, Sent, desk.send)
    with pytest.raises(NotUnderstoodError, match="the key was given to another request"):
        desk.once(OTHER).do(ANA, Sent, desk.send)
    assert desk.done == 1


def test_of_many_at_once_one_is_done(engine: Engine) -> None:
    desk = Desk(engine)

    def take(_: int) -> str:
        try:
            return str(desk.table.take("ana", KEY, SEND))
        except ConflictError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        got = sorted(pool.map(take, range(8)))
    assert got == ["None"] + ["refused"] * 7


def test_a_refusal_gives_the_key_back_and_a_fault_keeps_it(engine: Engine) -> None:
    desk = Desk(engine)

    def refused() -> Sent:
        raise NotFoundError("there is no such instrument")

    def lost() -> Sent:
        desk.send()
        raise VenueError("no answer came")

    with pytest.raises(NotFoundError):
        desk.once().do(ANA, Sent, refused)
    with pytest.raises(VenueError):
        desk.once().do(ANA, Sent, lost)
    with pytest.raises(ConflictError, match="nobody knows how it ended"):
        desk.once().do(ANA, Sent, desk.send)
    assert desk.done == 1


def test_an_answer_is_kept_for_a_day(engine: Engine) -> None:
    desk = Desk(engine)
    desk.table.take("ana", KEY, SEND)
    desk.table.answered("ana", KEY, KeptAnswer(201, '{"number":7}'))
    desk.clock.move(DAY_NS)
    once = desk.once()
    assert once.do(ANA, Sent, desk.send) == Sent(number=7)
    assert once.response.status_code == 201
    desk.clock.move(1)
    assert desk.once().do(ANA, Sent, desk.send) == Sent(number=1)
