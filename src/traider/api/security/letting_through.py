"""Do an approved request: as it was asked, through the same door, as whoever asked.

What it answers may be a secret (a one-time password), so it is kept in memory for the one who
asked, who takes it once.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from fastapi import Request
from starlette.types import ASGIApp, Message

from traider.api.security.approvals import APPROVED, Approval

ANSWERS_MAX: Final = 100
"""Answers that are kept; the oldest give way."""


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    media_type: str
    body: bytes

    def __repr__(self) -> str:
        """Tell the status alone, wherever it is printed."""
        return f"Answer({self.status})"


class Answers:
    """Answers of approved requests, until they are taken; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[int, Answer] = OrderedDict()

    def keep(self, number: int, answer: Answer) -> None:
        """Keep the answer of an approval."""
        with self._lock:
            self._kept[number] = answer
            while len(self._kept) > ANSWERS_MAX:
                self._kept.popitem(last=False)

    def take(self, number: int) -> Answer | None:
        """Return the answer of an approval, once."""
        with self._lock:
            return self._kept.pop(number, None)


async def let_through(application: ASGIApp, approval: Approval, request: Request) -> Answer:
    """Do the request of ``approval``; return its answer.

    Args:
        application: that the request was made of.
        approval: it, approved.
        request: that approved it, for where it came from.
    """
    asked = approval.request
    body = asked.body.encode()
    sent = False
    messages: list[Message] = []

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await application(_scope(approval, request, len(body)), receive, send)
    start = next(each for each in messages if each["type"] == "http.response.start")
    headers = {bytes(name).lower(): bytes(value) for name, value in start["headers"]}
    parts = [each.get("body", b"") for each in messages if each["type"] == "http.response.body"]
    media_type = headers.get(b"content-type", b"application/json").decode("latin-1")
    return Answer(int(start["status"]), media_type, b"".join(parts))


def _scope(approval: Approval, request: Request, length: int) -> dict[str, Any]:
    asked = approval.request
    headers = [
        (b"host", request.headers.get("host", "").encode("latin-1")),
        (b"content-type", b"application/json"),
        (b"content-length", str(length).encode()),
    ]
    if asked.idempotency_key:
        headers.append((b"idempotency-key", asked.idempotency_key.encode("latin-1", "replace")))
    kept = ("type", "asgi", "http_version", "scheme", "client", "server", "root_path")
    return {
        **{key: request.scope[key] for key in kept if key in request.scope},
        "method": asked.method,
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query.encode("latin-1"),
        "headers": headers,
        "state": {},
        APPROVED: approval.asked_by_id,
    }
