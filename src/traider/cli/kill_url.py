"""The emergency stop over the network: POST /kill at the address of a trader or a gateway."""

import json
import os
import time
import urllib.error
import urllib.request
from typing import Final

from traider.domain.errors import UsageError
from traider.runtime.control.kill_ways import TOKEN_NAME

_ANSWER_S: Final = 10.0
_FLAT_S: Final = 15.0
_LOOK_S: Final = 0.2
_ORDERS: Final = "traider_open_orders"
_POSITIONS: Final = "traider_position_base_units{"


def kill_at(url: str, who: str, why: str, *, flatten: bool) -> tuple[bool, str]:
    """Ask for the stop; return whether no order to end is open any more, and a line.

    Raises:
        UsageError: there is no token, nobody answers, or the stop was refused.
    """
    token = os.environ.get(TOKEN_NAME, "")
    if not token:
        raise UsageError(
            "no token for the stop is set",
            where=TOKEN_NAME,
            fix="set it as it is set for the trader, or use --state on its machine",
        )
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no address", where="--url", fix="give http://HOST:PORT")
    base = url.rstrip("/")
    body = json.dumps({"who": who, "why": why, "flatten": flatten}).encode()
    request = urllib.request.Request(  # noqa: S310 - a scheme that was looked at
        f"{base}/kill",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    line = _asked(request, base)
    if not flatten:
        return True, f"{line}; positions and their exits are kept"
    end = time.monotonic() + _FLAT_S
    while True:
        orders, held = _left(base)
        if orders == 0 and not held:
            return True, f"{line}; no order is open, nothing is held"
        if time.monotonic() >= end:
            left = "nobody says what is open"
            if orders is not None:
                named = ", ".join(held) or "nothing"
                left = f"{orders:.0f} orders are open, positions in {named}"
            return False, f"{line}; {left}; watch it with traider status"
        time.sleep(_LOOK_S)


def _asked(request: urllib.request.Request, base: str) -> str:
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310 - the same
            return _line(answer.read())
    except urllib.error.HTTPError as fault:
        with fault:
            raise UsageError(
                f"the stop was refused: {_line(fault.read())}",
                where=base,
                fix="use --state on the machine of the trader, or touch DIR/kill there",
            ) from None
    except (OSError, ValueError) as fault:
        raise UsageError(
            f"nobody answers: {fault}",
            where=base,
            fix="use --state on the machine of the trader, or touch DIR/kill there",
        ) from None


def _line(body: bytes) -> str:
    try:
        return str(json.loads(body)["line"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")


def _left(base: str) -> tuple[float | None, tuple[str, ...]]:
    """Return how many orders are open and what is held, as the metrics there say.

    None orders where they do not say. A gateway's process tells of orders alone.
    """
    try:
        with urllib.request.urlopen(f"{base}/metrics", timeout=_ANSWER_S) as answer:  # noqa: S310
            text = answer.read().decode(errors="replace")
    except (OSError, ValueError):
        return None, ()
    rows = [row.rpartition(" ") for row in text.splitlines()]
    orders = [float(value) for name, _, value in rows if name.startswith(_ORDERS)]
    held = [
        name.partition('"')[2].partition('"')[0]
        for name, _, value in rows
        if name.startswith(_POSITIONS) and float(value)
    ]
    return (sum(orders) if orders else None), tuple(held)
