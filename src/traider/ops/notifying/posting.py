"""Send JSON to an address and say what came of it; addresses and bodies may hold secrets."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from traider.ops.notifying.channel import DONE, Delivery
from traider.ops.notifying.group import cut

TIMEOUT_S: Final = 10.0
_ANSWER_BYTES_MAX: Final = 4_096
_WORDS_MAX: Final = 120
_TOO_MANY: Final = 429


@dataclass(frozen=True)
class Post:
    """One request; nothing of it is ever logged."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def post_of(url: str, told: object, headers: Mapping[str, str] | None = None) -> Post:
    """Return the request that sends ``told`` as JSON."""
    body = json.dumps(told, ensure_ascii=False).encode()
    return Post(url, body, {"Content-Type": "application/json", **(headers or {})})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A service that sends us elsewhere is not asked there: what we tell is for it alone."""

    def redirect_request(self, *asked: object, **more: object) -> None:
        del asked, more


_OPENER: Final = urllib.request.build_opener(_NoRedirect)


def send(post: Post) -> Delivery:
    """Send one request."""
    request = urllib.request.Request(  # noqa: S310 - the settings take http and https alone
        post.url, data=post.body, headers=dict(post.headers), method="POST"
    )
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            answer.read(_ANSWER_BYTES_MAX)
            return DONE
    except urllib.error.HTTPError as fault:
        with fault:
            return _refused(fault.code, dict(fault.headers), fault.read(_ANSWER_BYTES_MAX))
    except (OSError, http.client.HTTPException) as fault:
        # An address may be in the words of a fault; its class says enough.
        reason = getattr(fault, "reason", fault)
        words = getattr(reason, "strerror", None) or type(reason).__name__
        return Delivery(may_try_again=True, why=f"it cannot be reached ({words})")


def _refused(status: int, headers: Mapping[str, str], body: bytes) -> Delivery:
    words = " ".join(body.decode("utf-8", "replace").split())
    why = f"it answered {status}" + (f": {cut(words, _WORDS_MAX)}" if words else "")
    if status == _TOO_MANY:
        return Delivery(may_try_again=True, after_s=_wait_s(headers, body), why=why)
    return Delivery(may_try_again=status >= http.client.INTERNAL_SERVER_ERROR, why=why)


def _wait_s(headers: Mapping[str, str], body: bytes) -> float:
    """Return how long a service wants to be left alone: Telegram and Discord say so in the body."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        told = None
    if isinstance(told, dict):
        inner = told.get("parameters")
        said = told.get(
            "retry_after", inner.get("retry_after") if isinstance(inner, dict) else None
        )
        if isinstance(said, int | float):
            return float(said)
    try:
        return float(headers.get("Retry-After", "") or 0.0)
    except ValueError:
        return 0.0
