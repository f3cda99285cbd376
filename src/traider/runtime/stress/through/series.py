"""All scenarios one after another, each kept on the disk when it is done, so that it is done once.

A series that is begun again in its folder goes on where it was, and lives through those again that
broke a law. Results of another trader (other
settings) are not taken for this one's.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError, UsageError
from traider.runtime.config import load_config
from traider.runtime.config_model import config_digest
from traider.runtime.price_panel import BarSource
from traider.runtime.stress.through.markets import PlayedMarket, cut_market, made_market
from traider.runtime.stress.through.passing import EAGER, Passed, PassingTerms, pass_through
from traider.runtime.stress.through.scenarios import MADE, ThroughScenario

RESULTS_NAME: Final = "through.json"

Told = Callable[[float, str], None]
"""Hears the fraction done and what is going on; it raises to end everything."""


class ThroughResult(Struct, frozen=True, kw_only=True):
    """What came of one scenario, as it is kept; money is decimal text."""

    scenario: str
    move: float
    """The farthest that bitcoin moved from the shock on."""
    loss: str = ""
    """In the account's currency; a gain is negative; empty where nobody could say."""
    drawdown: str = "0"
    """The deepest that was seen, a fraction."""
    orders: int = 0
    fills: int = 0
    refused: int = 0
    reconnects: int = 0
    phase: str = ""
    alerts: tuple[str, ...] = ()
    breakers: tuple[str, ...] = ()
    """Circuit breakers that were seen open."""
    by_hand: bool = False
    """Whether what the shock met was bought by hand, since the strategy had sent nothing."""
    broken: tuple[str, ...] = ()
    """Laws that were broken; none is what must be."""


class _Kept(Struct):
    """The file of results."""

    digest: str
    results: list[ThroughResult] = []


@dataclass(frozen=True)
class ThroughOrder:
    """What is lived through, by which trader."""

    scenarios: tuple[ThroughScenario, ...]
    config_file: Path
    overrides: tuple[str, ...] = ()
    sources: Sequence[BarSource] = ()
    """Bars of the past, for windows of it."""
    out: Path | None = None
    """Where results are kept; nowhere without it."""


def live_through(order: ThroughOrder, told: Told) -> tuple[ThroughResult, ...]:
    """Live through every scenario that is not done yet; return what came of all of them.

    Raises:
        UsageError: the folder has results of another trader.
        DataError: a market has no bars for a scenario.
    """
    settings = (*EAGER, *order.overrides)
    config = load_config(order.config_file, settings)
    kept = _read(order, config_digest(config).hex())
    # One that broke a law is lived through again: it may have been mended since.
    done = {each.scenario: each for each in kept.results if not each.broken}
    missing = [each for each in order.scenarios if each.name not in done]
    for scenario in missing:
        share = len(done) / max(len(order.scenarios), len(done), 1)
        report = partial(_tell, told, share, scenario.name)
        report("the market is made")
        with tempfile.TemporaryDirectory(prefix="traider-stress-") as name:
            folder = Path(name)
            market = _market(scenario, order, config.data.files, folder / "bars")
            terms = PassingTerms(folder, market, settings, order.config_file)
            found = _result(asyncio.run(pass_through(scenario, terms, report)))
        done[scenario.name] = found
        kept.results = [each for each in kept.results if each.scenario != scenario.name]
        kept.results.append(found)
        _write(order, kept)
    return tuple(done[each.name] for each in order.scenarios)


def _tell(told: Told, share: float, name: str, what: str) -> None:
    told(share, f"{name}: {what}")


def _market(
    scenario: ThroughScenario, order: ThroughOrder, files: Sequence[Path], folder: Path
) -> PlayedMarket:
    if scenario.begins_ns is not None:
        return cut_market(order.sources, scenario.begins_ns, folder)
    return made_market(files, MADE[scenario.market], folder)


def _result(passed: Passed) -> ThroughResult:
    status = passed.status
    common = ThroughResult(
        scenario=passed.scenario.name,
        move=round(passed.move, 6),
        drawdown=f"{passed.drawdown:f}",
        alerts=tuple(sorted(passed.alerts)),
        breakers=tuple(sorted(passed.breakers)),
        by_hand=passed.purchase.is_made,
        broken=tuple(passed.violations),
    )
    if status is None:
        return common
    counts = status.counts
    return msgspec.structs.replace(
        common,
        loss=f"{-Decimal(status.pnl):.2f}",
        orders=counts.orders_sent,
        fills=counts.fills,
        refused=counts.orders_refused,
        reconnects=counts.reconnects,
        phase=str(status.phase),
    )


def _read(order: ThroughOrder, digest: str) -> _Kept:
    """Return what is done already.

    Raises:
        UsageError: it was done by another trader.
        DataError: it cannot be read.
    """
    path = None if order.out is None else order.out / RESULTS_NAME
    if path is None or not path.exists():
        return _Kept(digest)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(path), fix="remove it, or name another --out"
        ) from None
    if kept.digest != digest:
        raise UsageError(
            "holds results of other settings", where=str(path), fix="name another --out"
        )
    return kept


def _write(order: ThroughOrder, kept: _Kept) -> None:
    if order.out is None:
        return
    order.out.mkdir(parents=True, exist_ok=True)
    path = order.out / RESULTS_NAME
    fresh = path.with_suffix(".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
    fresh.replace(path)
