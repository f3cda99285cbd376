"""The connection that a notebook holds: a method a table.

Money, prices and sizes in frames are 64-bit floats, good for looking and for statistics; with
``exact=True`` they are decimals, exactly as the books have them. Instants are UTC times with
nanoseconds. ``start`` and ``end`` take a ``datetime`` (UTC unless it says), ISO text, or ns UTC; a
window holds its start and not its end.
"""

import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import BaseModel

from traider.api.notebook.doors import Door, FolderDoor, ServerDoor
from traider.api.notebook.frames import Kind, frame_of
from traider.api.paging import LIMIT_MAX
from traider.api.shapes.market import BarShape, MarketTradeShape
from traider.api.shapes.orders import FillShape, OrderShape
from traider.api.shapes.portfolio import DisposalShape, LotShape
from traider.api.shapes.positions import PositionShape
from traider.domain.errors import UsageError
from traider.runtime.config_sections import instant_ns

if TYPE_CHECKING:
    from traider.api.notebook.frames import Frame

Instant = datetime | str | int | None

_SERVERS: Final = ("http://", "https://")
_POINTS: Final = 5_000
_SIGNALS: Final = ("instrument", "at_ns", "alpha", "score", "confidence")
_CATCHING_UP: Final = "catching up"
_CATCH_UP_S: Final = 120.0
_LOOK_S: Final = 0.1
_ENSEMBLE: Final = "ensemble"


def connect(state_or_url: str | Path, token: str = "", *, frames: Kind = "polars") -> "Connection":
    """Connect to a run: by its state folder, without a server, or by the URL of its server.

    Args:
        state_or_url: ``runs/demo``, or ``https://desk:8000``.
        token: of an account at that server: ``trd_…``.
        frames: ``polars`` or ``pandas``.

    Raises:
        UsageError: there is no run in the folder, or the address cannot be used.
    """
    if frames not in ("polars", "pandas"):
        raise UsageError(f"frames of {frames!r}", where="frames", fix="choose polars or pandas")
    where = str(state_or_url)
    if where.startswith(_SERVERS):
        return Connection(ServerDoor(where, token), frames)
    return Connection(FolderDoor(Path(where)), frames)


class Connection:
    """A run that can be asked; every method raises TraiderError with one line for what is wrong."""

    def __init__(self, door: Door, frames: Kind = "polars") -> None:
        self._door = door
        self._kind: Kind = frames

    def __enter__(self) -> Self:
        """Open for the length of a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self.close()

    def close(self) -> None:
        """Let go of what was opened."""
        self._door.close()

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - whatever the route gives
        """Return what ``GET /api/v1/path`` answers, decoded: for what has no method here."""
        return self._door.get(path.strip("/"), query)

    # ------------------------------------------------------------------------------- how it stands

    def status(self) -> dict[str, Any]:
        """Return how the trader stands; money is text, exactly."""
        found: dict[str, Any] = self.get("status")
        return found

    def summary(self) -> dict[str, Any]:
        """Return NAV, profit, costs and drawdown now; money is text, exactly."""
        found: dict[str, Any] = self.get("portfolio/summary")
        return found

    def positions(self, *, exact: bool = False) -> "Frame":
        """Return every instrument that ever traded: what is held, what it made, what it cost."""
        rows = self.get("positions")["positions"]
        return self._frame(rows, PositionShape, exact=exact)

    # ---------------------------------------------------------------------------- orders and fills

    def orders(
        self, *, start: Instant = None, end: Instant = None, exact: bool = False, **filters: object
    ) -> "Frame":
        """Return orders, newest first, with the reason of each in words.

        ``filters`` are those of the route: instrument, side, state, kind, text.
        """
        rows = self._pages("orders", from_ns=_ns(start), to_ns=_ns(end), **filters)
        return self._frame(rows, OrderShape, exact=exact)

    def fills(
        self, *, start: Instant = None, end: Instant = None, exact: bool = False, **filters: object
    ) -> "Frame":
        """Return what traded, newest first; ``filters``: instrument, side, kind, text."""
        rows = self._pages("fills", from_ns=_ns(start), to_ns=_ns(end), **filters)
        return self._frame(rows, FillShape, exact=exact)

    def explain(self, order_id: str) -> dict[str, Any]:
        """Return why an order happened: headline, sentences, scores, checks, stages, fills."""
        found: dict[str, Any] = self.get(f"orders/{order_id}/why")
        return found

    # -------------------------------------------------------------------------------- what it made

    def nav(
        self,
        *,
        start: Instant = None,
        end: Instant = None,
        points: int = _POINTS,
        exact: bool = False,
    ) -> "Frame":
        """Return NAV, profit and drawdown over time, in so many points that keep the extremes."""
        told = self.get("portfolio/nav", from_ns=_ns(start), to_ns=_ns(end), points=points)
        names = ("ts_ns", "nav", "pnl", "drawdown", "gross")
        columns = [told[name] for name in names]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return frame_of(rows, names, self._kind, exact=exact)

    def performance(
        self,
        *,
        start: Instant = None,
        end: Instant = None,
        period: str = "",
        benchmark: str = "",
    ) -> dict[str, Any]:
        """Return the figures of a window, as ``traider performance --json`` prints them."""
        told = self.get(
            "portfolio/performance",
            from_ns=_ns(start),
            to_ns=_ns(end),
            period=period,
            benchmark=benchmark,
        )
        figures: dict[str, Any] = told["figures"]
        return figures

    def attribution(self, *, exact: bool = False) -> "Frame":
        """Return where the profit came from: a row a part of each view; a view sums to the total.

        It replays the journal, which takes a while the first time.
        """
        told = self.get("portfolio/attribution")
        rows = [
            {"by": view["by"], "part": part["name"], "value": part["value"]}
            for view in told["views"]
            for part in view["parts"]
        ]
        return frame_of(rows, ("by", "part", "value"), self._kind, exact=exact)

    def lots(self, method: str = "fifo", *, exact: bool = False) -> "Frame":
        """Return the tax lots by a method: average, fifo, lifo or hifo."""
        return self._frame(self.get("portfolio/lots", method=method)["lots"], LotShape, exact=exact)

    def disposals(self, method: str = "fifo", *, exact: bool = False) -> "Frame":
        """Return what was closed of the lots, with its gain."""
        rows = self.get("portfolio/lots", method=method)["disposals"]
        return self._frame(rows, DisposalShape, exact=exact)

    # ---------------------------------------------------------------------------- what it looks at

    def bars(
        self,
        instrument: str,
        frame: str = "1m",
        *,
        start: Instant = None,
        end: Instant = None,
        exact: bool = False,
        **asked: object,
    ) -> "Frame":
        """Return the newest candles of a span.

        ``asked``: limit, and indicators (``sma:20,rsi:14``), each of which becomes a column.
        """
        told = self._followed(
            "market/bars",
            instrument=instrument,
            frame=frame,
            from_ns=_ns(start),
            to_ns=_ns(end),
            **asked,
        )
        rows = told["bars"]
        names = list(BarShape.model_fields)
        for each in told["indicators"]:
            names.append(each["name"])
            rows = [
                {**row, each["name"]: value}
                for row, value in zip(rows, each["values"], strict=True)
            ]
        return frame_of(rows, names, self._kind, exact=exact)

    def trades(self, instrument: str, *, exact: bool = False) -> "Frame":
        """Return the tape of an instrument, newest first."""
        return self._frame(
            self._pages("market/trades", instrument=instrument), MarketTradeShape, exact=exact
        )

    def features(self, instrument: str = "") -> "Frame":
        """Return the features now: a row an instrument and feature."""
        told = self._followed("features", instrument=instrument)
        rows = [
            {"instrument": each["instrument"], "feature": name, "value": value}
            for each in told["values"]
            for name, value in each["values"].items()
        ]
        return frame_of(rows, ("instrument", "feature", "value"), self._kind)

    def signals(self, instrument: str = "") -> "Frame":
        """Return scores over time: a row a decision and alpha; ``ensemble`` is all together."""
        told = self._followed("signals/history", instrument=instrument)
        rows = []
        for each in told["items"]:
            said = [(_ENSEMBLE, each["scores"], [None] * len(each["scores"]))]
            said += [(one["alpha"], one["scores"], one["confidences"]) for one in each["alphas"]]
            for alpha, scores, confidences in said:
                rows += [
                    dict(zip(_SIGNALS, (each["instrument"], at, alpha, *score), strict=True))
                    for at, *score in zip(each["instants"], scores, confidences, strict=True)
                ]
        return frame_of(rows, _SIGNALS, self._kind)

    def risk(self) -> dict[str, Any]:
        """Return limits in force with what is used of each, as the route tells them."""
        found: dict[str, Any] = self.get("risk/limits")
        return found

    def audit(self, **filters: object) -> "Frame":
        """Return records of the audit, newest first; ``filters``: action, actor, object, text."""
        rows = self._pages("audit/search", **filters)
        columns = ("seq", "ts_ns", "actor", "action", "object_id", "hash")
        return frame_of(rows, columns, self._kind)

    # ------------------------------------------------------------------------------------- its own

    def _followed(self, path: str, **query: object) -> Any:  # noqa: ANN401 - as ``get``
        """Return an answer that is made by following the journal, when it has caught up."""
        until_s = time.monotonic() + _CATCH_UP_S
        while True:
            told = self.get(path, **query)
            if told["as_of"]["state"] != _CATCHING_UP or time.monotonic() > until_s:
                return told
            time.sleep(_LOOK_S)

    def _pages(self, path: str, **query: object) -> list[dict[str, Any]]:
        """Return every row of a list."""
        rows: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, limit=LIMIT_MAX, cursor=cursor, **query)
            rows += page["items"]
            cursor = page["next_cursor"]
        return rows

    def _frame(self, rows: list[dict[str, Any]], shape: type[BaseModel], *, exact: bool) -> "Frame":
        return frame_of(rows, list(shape.model_fields), self._kind, exact=exact)


def _ns(instant: Instant) -> int | None:
    """Return an instant in ns UTC.

    Raises:
        UsageError: the text is none.
    """
    if instant is None or isinstance(instant, int):
        return instant
    try:
        return instant_ns(instant.isoformat() if isinstance(instant, datetime) else instant)
    except ValueError as fault:
        raise UsageError(str(fault), where=str(instant), fix="write 2024-01-31T12:00:00Z") from None
