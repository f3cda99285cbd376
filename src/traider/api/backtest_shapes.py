"""Back-tests as the front door shows them: presets, results, trades, several beside one another."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from traider.api.facts import Facts
from traider.api.job_shapes import job_of_kind
from traider.api.problems import ConflictError
from traider.api.shapes.jobs import (
    BacktestResultShape,
    BacktestTradeShape,
    ComparedShape,
    Comparison,
    EquityShape,
    Preset,
    TierFigures,
)
from traider.api.workshop import Workshop
from traider.backtest.files import BENCHMARK_NAME
from traider.domain.errors import TraiderError
from traider.runtime.backtest_choice import OF_THE_RUN
from traider.runtime.backtest_results import (
    EquityCurve,
    TradePage,
    beside_one_another,
    read_equity,
    read_summary,
    read_trades,
)
from traider.runtime.config import Config
from traider.runtime.jobs_backtest import BACKTEST, BacktestRequest, done_in, request_of
from traider.runtime.presets import instrument_of_file, presets
from traider.store.tables import Job, JobState

_FIGURES = tuple(name for name in TierFigures.model_fields if name != "fill_tier")


def preset_shapes(facts: Facts) -> list[Preset]:
    """Return what a back-test can begin with: the examples, and the run's own settings."""
    found = [
        _preset(each.name, each.words, each.config, each.instruments) for each in presets().values()
    ]
    try:
        manifest = facts.manifest
        words = f"The settings that the {manifest.mode} run on {manifest.venue} was begun with."
        names = [each.name for each in manifest.instruments]
        found.append(_preset(OF_THE_RUN, words, facts.config, names))
    except TraiderError:
        return found  # there is no run, or none that this version reads
    return found


def result_shape(job: Job, tier: str = "") -> BacktestResultShape:
    """Return what a back-test came to, with the equity of one fill tier.

    Raises:
        ConflictError: it is not done, or has no such tier.
        DataError: its files are gone.
    """
    request, folder = _done(job)
    summary = read_summary(folder)
    chosen = tier or str(summary["fill_tier"])
    if chosen not in summary["tiers"]:
        raise ConflictError(f"there are no {chosen} fills here", where=str(job.id))
    return BacktestResultShape(
        id=str(job.id),
        title=request.title or str(summary["title"]),
        currency=summary["currency"],
        capital=summary["capital"],
        start=summary["start"],
        end=summary["end"],
        events=summary["events"],
        instruments=summary["instruments"],
        fill_tier=chosen,  # type: ignore[arg-type]  # one of the three, as above
        tiers=[_figures(name, each) for name, each in summary["tiers"].items()],
        equity=_equity(read_equity(folder, chosen)),
        buy_and_hold=_equity(read_equity(folder, BENCHMARK_NAME)),
        buy_and_hold_return=summary["buy_and_hold_return"],
        notes=summary["notes"],
        findings=summary["findings"],
    )


def trades_of(
    job: Job, after: int, count: int, instrument: str
) -> tuple[TradePage, list[BacktestTradeShape]]:
    """Return trades of a back-test under its own fill tier.

    Raises:
        ConflictError: it is not done.
        DataError: its files are gone.
    """
    _, folder = _done(job)
    page = read_trades(folder, after, count, instrument)
    return page, [_trade(row) for row in page.rows]


def comparison(workshop: Workshop, ids: Sequence[str]) -> Comparison:
    """Return back-tests beside one another, each under its own fill tier.

    Raises:
        NotFoundError: one is not there.
        ConflictError: one is not done.
        DataError: files of one are gone.
    """
    rows: list[tuple[Job, BacktestRequest, str, TierFigures]] = []
    curves: list[EquityCurve] = []
    for each in ids:
        job = job_of_kind(workshop, each, BACKTEST)
        request, folder = _done(job)
        summary = read_summary(folder)
        tier = str(summary["fill_tier"])
        rows.append((job, request, summary["currency"], _figures(tier, summary["tiers"][tier])))
        curves.append(read_equity(folder, tier))
    beside = beside_one_another(curves)
    return Comparison(
        instants=beside.ts_ns.tolist(),
        items=[
            ComparedShape(
                id=str(job.id),
                title=request.title or request.preset,
                preset=request.preset,
                currency=currency,
                figures=figures,
                index=[None if math.isnan(value) else value for value in curve.tolist()],
            )
            for (job, request, currency, figures), curve in zip(rows, beside.curves, strict=True)
        ],
    )


def _done(job: Job) -> tuple[BacktestRequest, Path]:
    request = request_of(job.request)
    done = done_in(request.folder)
    if done is None and job.state is JobState.DONE:
        raise ConflictError(
            f"the results of back-test {job.id} are gone: older ones give way to newer ones",
            where=str(job.id),
            fix="run it again, with a name to keep it; jobs.keep_results says how many stay",
        )
    if done is None:
        raise ConflictError(
            f"back-test {job.id} is {job.state} and has no result",
            where=str(job.id),
            fix="wait until it is done; one that failed says why",
        )
    return request, request.folder / Path(done.run).name


def _preset(name: str, words: str, config: Config, instruments: Sequence[str]) -> Preset:
    named = instruments or [instrument_of_file(path) for path in config.data.files]
    return Preset(
        name=name,
        words=words,
        strategy=config.strategy.kind,
        instruments=[each for each in named if each],
        fill_tier=config.fill_tier,
        start=config.data.start,
        end=config.data.end,
    )


def _figures(tier: str, summary: dict[str, Any]) -> TierFigures:
    values = {name: summary[name] for name in _FIGURES}
    return TierFigures(fill_tier=tier, **values)  # type: ignore[arg-type]  # a tier of the file


def _equity(curve: EquityCurve) -> EquityShape:
    return EquityShape(
        instants=curve.ts_ns.tolist(),
        worth=[f"{value:.8f}" for value in curve.nav.tolist()],
        drawdown=curve.drawdown.tolist(),
    )


def _trade(row: Any) -> BacktestTradeShape:  # noqa: ANN401 - a row of a table
    fraction = row["return_fraction"]
    return BacktestTradeShape(
        number=row["number"],
        instrument=row["instrument"],
        side="long" if row["side"] > 0 else "short",
        opened_ns=row["opened"],
        closed_ns=row["closed"],
        quantity=f"{row['quantity']:f}",
        entry_price=f"{row['entry_price']:f}",
        exit_price=f"{row['exit_price']:f}",
        fees=f"{row['fees']:f}",
        funding=f"{row['funding']:f}",
        pnl=f"{row['pnl']:f}",
        return_fraction=fraction if fraction is not None and math.isfinite(fraction) else None,
        liquidated=row["liquidated"],
    )
