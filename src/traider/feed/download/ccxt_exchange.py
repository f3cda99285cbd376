"""The venues that ccxt knows: found by name, made strict about what they answer, pointed anywhere.

ccxt takes much for an answer: broken JSON becomes an empty page, and a refusal (status 404) a fault
that passes. The exchange made here raises instead, and keeps how long a venue asks to wait.
"""

import difflib
import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from traider.domain.errors import UsageError
from traider.domain.ports import Clock
from traider.feed.download.terms import DownloadTerms

Exchange: TypeAlias = Any
"""An exchange of ccxt, which ships no types."""

_SECOND_NS: Final = 1_000_000_000
_BUSY: Final = frozenset((418, 429))
_REFUSED: Final = frozenset((400, 401, 403, 404, 405, 409, 410, 422, 451))
_CONTAINERS: Final = {"bybit": "result", "okx": "data", "kraken": "result"}
"""What an answer of a venue always holds; without it, it is none."""
_MARKET_TYPES: Final = {
    "binance": ["spot", "linear", "inverse"],
    "bybit": ["spot", "linear", "inverse"],
    "okx": ["spot", "swap", "future"],
}
"""Options are left out: nobody asks for their history here, and their lists are long."""
LAKE_VENUES: Final = {"binanceusdm": "BINANCE", "binancecoinm": "BINANCE"}
"""Parts of a venue that ccxt lists beside it, under the name that the lake knows."""


@dataclass(frozen=True)
class Place:
    """Which venue is asked, and where; an empty address is the venue's own."""

    venue: str
    base_url: str = ""


class AnswerFault(Exception):  # noqa: N818 - a fault of one answer, never seen by a person
    """An answer that is none: status, how long to wait, and whether asking again may help."""

    def __init__(self, what: str, *, status: int = 0, retry_after_s: float = 0.0) -> None:
        super().__init__(what)
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def is_refusal(self) -> bool:
        """Whether the venue read the question and will not answer it."""
        return self.status in _REFUSED

    @property
    def is_busy(self) -> bool:
        """Whether too much was asked."""
        return self.status in _BUSY


def load_ccxt() -> Any:  # noqa: ANN401 - ccxt ships no types
    """Return the asynchronous half of ccxt.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return importlib.import_module("ccxt.async_support")
    except ModuleNotFoundError as fault:
        raise _no_ccxt() from fault


def open_exchange(place: Place, terms: DownloadTerms, clock: Clock) -> Exchange:
    """Return the exchange that ``place`` names, without asking it anything.

    Raises:
        UsageError: there is no such venue, or ccxt is not installed.
    """
    ccxt = load_ccxt()
    name = exchange_id(place.venue, ccxt.exchanges)
    strict = _strict(getattr(ccxt, name), clock)
    exchange = strict({"timeout": round(terms.timeout_s * 1000)})
    exchange.enableRateLimit = terms.is_throttled
    # Lists of currencies are not needed for history, and cost requests.
    exchange.has["fetchCurrencies"] = False
    # Closing waits for sockets of WebSockets otherwise, which are never opened here.
    exchange.timeout_on_exit = 0
    if name in _MARKET_TYPES:
        exchange.options["fetchMarkets"] = {"types": _MARKET_TYPES[name]}
    if place.base_url:
        exchange.urls["api"] = _moved(exchange.urls["api"], place.base_url.rstrip("/"))
        # A server that stands in may show a certificate of its own authority.
        exchange.options["include_OS_certificates"] = True
    return exchange


def check_venue(venue: str) -> None:
    """Refuse a venue that ccxt does not know, without importing the hundred that it does.

    Raises:
        UsageError: there is no such venue, or ccxt is not installed.
    """
    found = importlib.util.find_spec("ccxt")
    if found is None or found.submodule_search_locations is None:
        raise _no_ccxt()
    folders = [Path(each) / "async_support" for each in found.submodule_search_locations]
    exchange_id(venue, sorted(path.stem for folder in folders for path in folder.glob("[!_]*.py")))


def _no_ccxt() -> UsageError:
    return UsageError(
        "downloads need the package ccxt, which is not installed",
        fix="install it with: pip install 'traider[download]'",
    )


def exchange_id(venue: str, known: list[str]) -> str:
    """Return ccxt's name of ``venue``.

    Raises:
        UsageError: there is none; near names are told.
    """
    name = venue.strip().lower().replace("-", "").replace("_", "")
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, 3, 0.6)
    hint = f"did you mean {', '.join(near)}" if near else "coinbase, binance, bybit, okx, kraken, …"
    raise UsageError(f"{venue!r} is no venue that can be downloaded", where="--venue", fix=hint)


def lake_venue(name: str) -> str:
    """Return the venue's name in the lake."""
    return LAKE_VENUES.get(name, name.upper())


def _moved(urls: object, base_url: str) -> object:
    """Return addresses with another host, their paths kept; ``{hostname}`` is filled in later."""
    if isinstance(urls, Mapping):
        return {key: _moved(value, base_url) for key, value in urls.items()}
    return base_url + urlsplit(str(urls).replace("{hostname}", "host")).path


def _strict(kind: Any, clock: Clock) -> Any:  # noqa: ANN401 - a class of ccxt
    """Return ``kind`` with answers judged before ccxt reads them."""

    def handle_errors(self: Exchange, *answer: Any) -> Any:  # noqa: ANN401 - ccxt's own signature
        status, reason, url, _, headers, body, decoded = answer[:7]
        if status in _BUSY:
            wait_s = retry_after_s(headers, clock)
            raise AnswerFault(f"{status} {reason}", status=status, retry_after_s=wait_s)
        kind.handle_errors(self, *answer)
        if status in _REFUSED:
            told = " ".join(str(body).split())[:200]
            raise AnswerFault(f"{status} {reason}: {told}", status=status)
        if status < 300 and not _is_answer(kind.__name__, decoded):
            raise AnswerFault(f"no answer that can be read from {urlsplit(url).path}")
        return None

    return type(kind.__name__, (kind,), {"handle_errors": handle_errors})


def _is_answer(name: str, decoded: object) -> bool:
    """Whether a body was JSON of the shape that the venue always sends."""
    if decoded is None or isinstance(decoded, str):
        return False
    container = _CONTAINERS.get(name)
    if container is not None:
        return isinstance(decoded, dict) and decoded.get(container) is not None
    return not (isinstance(decoded, dict) and not decoded)


def retry_after_s(headers: Mapping[str, str], clock: Clock) -> float:
    """Return how long a venue asks to wait, 0 when it does not say.

    It is told in seconds, or as a date (RFC 9110, section 10.2.3).
    """
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        return max(float(told), 0.0)
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    return max(at.timestamp() - clock.now_ns() / _SECOND_NS, 0.0)
