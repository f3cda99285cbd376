"""The outcome of a back-test, for people as tables and for programs as one JSON object."""

import math
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from traider.backtest.files import drawdown_summary, plain, rolling_summary
from traider.backtest.findings import Finding, Severity, counts_text, finding_json
from traider.backtest.results import BacktestResult, TierResult
from traider.portfolio.attribution import Parts

_NS_PER_S: Final = 1_000_000_000
_SEVERITY_STYLE: Final = {
    Severity.SERIOUS: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "cyan",
}


def outcome_json(result: BacktestResult, report: Path, folder: Path) -> dict[str, object]:
    """Return the outcome as plain JSON values; undefined and infinite numbers are null."""
    chosen = result.chosen
    return {
        "fingerprint": chosen.fingerprint,
        "bars": result.bars,
        "events": result.events,
        "trades": chosen.trade_summary.closed,
        "final_equity": _number(float(chosen.final_equity)),
        "max_drawdown": _number(chosen.max_drawdown),
        "fees": float(chosen.costs.fees),
        "fees_paid": plain([asdict(paid) for paid in chosen.costs.fees_paid]),
        "fill_tier": chosen.tier,
        "report": str(report),
        "folder": str(folder),
        "complete": chosen.complete,
        "capital": float(result.capital),
        "currency": result.currency,
        "start": _instant(result.start_ns),
        "end": _instant(result.end_ns),
        "engine_seconds": result.engine_seconds,
        "metrics": _metrics(chosen),
        "drawdowns": plain([drawdown_summary(episode) for episode in chosen.drawdowns]),
        "rolling_sharpe": rolling_summary(chosen.rolling),
        "tiers": [_tier(tier) for tier in result.tiers],
        "notes": list(result.notes),
        "findings": [finding_json(finding) for finding in result.findings],
    }


def print_overview(console: Console, result: BacktestResult) -> None:
    """Print what a person reads at the end: the tiers side by side, notes, findings."""
    console.print(_overview(result))


def print_place(console: Console, report: Path) -> None:
    """Print where the report is, unbroken, so that it can be copied whatever the width."""
    console.print(Text(f"report: {report}", "bold"), soft_wrap=True)


def _overview(result: BacktestResult) -> RenderableType:
    chosen = result.chosen
    speed = result.events / result.engine_seconds if result.engine_seconds > 0 else math.nan
    # Captures bring no bars: the kernel builds them from trades.
    counted = f"{result.bars:,} bars, " if result.bars else ""
    head = Text.assemble(
        (result.title, "bold"),
        f"\n{_day(result.start_ns)} to {_day(result.end_ns)} UTC",
        f"\n{counted}{result.events:,} events in {result.engine_seconds:.2f} s"
        f" ({speed / 1e6:.1f} M/s)",
        f"\nfingerprint {chosen.fingerprint}",
    )
    parts: list[RenderableType] = [head, _tier_table(result)]
    if chosen.attribution.by_alpha:
        parts.append(Text(f"P&L by alpha, {result.currency}: {_by_alpha(result)}"))
    parts += [Text(f"note: {note}") for note in result.notes]
    if result.findings:
        parts.append(Text(f"doctor: {counts_text(result.findings)}", "bold"))
        parts += [_finding_text(finding) for finding in result.findings]
    if not chosen.complete:
        parts.append(Text("stopped before the end of the data; what was done is kept", "yellow"))
    return Group(*parts)


def _finding_text(finding: Finding) -> Text:
    """Return a finding in two lines: what was measured, and what to do."""
    return Text.assemble(
        "  ",
        (finding.severity.word, _SEVERITY_STYLE[finding.severity]),
        f": {finding.title}: {finding.measured}\n    {finding.fix}",
    )


def _tier_table(result: BacktestResult) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("fill tier", no_wrap=True)
    for tier in result.tiers:
        name = f"{tier.tier} *" if tier is result.chosen else tier.tier
        table.add_column(name, justify="right", style="bold" if tier is result.chosen else "")
    columns = [_rows(tier, result.currency) for tier in result.tiers]
    if any(tier.costs.funding or tier.costs.liquidations for tier in result.tiers):
        columns = [
            rows | _charge_rows(tier, result.currency)
            for rows, tier in zip(columns, result.tiers, strict=True)
        ]
    columns = [
        rows | _other_fee_rows(tier, result.currency)
        for rows, tier in zip(columns, result.tiers, strict=True)
    ]
    for label in columns[0]:
        table.add_row(label, *(column[label] for column in columns))
    return table


def _rows(tier: TierResult, currency: str) -> dict[str, str]:
    performance, trades = tier.performance, tier.trade_summary
    return {
        f"final equity {currency}": f"{tier.final_equity:,.2f}",
        "return": _percent(performance.total_return, "+"),
        "CAGR": _percent(performance.cagr, "+"),
        "volatility": _percent(performance.volatility),
        "Sharpe": _ratio(performance.sharpe),
        "Sortino": _ratio(performance.sortino),
        "Calmar": _ratio(performance.calmar),
        "max drawdown": _percent(tier.max_drawdown),
        "VaR 95 % (1 day)": _percent(performance.var_95),
        "trades closed": f"{trades.closed:,}",
        "win rate": _percent(trades.win_rate),
        "profit factor": _ratio(trades.profit_factor),
        f"fees {currency}": f"{tier.costs.fees:,.2f}",
        "turnover a year": _ratio(tier.turnover),
        "orders refused": f"{tier.orders.refused:,}",
        "value unfilled": _percent(tier.execution.unfilled_share),
    }


def _charge_rows(tier: TierResult, currency: str) -> dict[str, str]:
    return {
        f"funding paid {currency}": f"{tier.costs.funding:,.2f}",
        "liquidations": f"{tier.costs.liquidations:,}",
    }


def _other_fee_rows(tier: TierResult, currency: str) -> dict[str, str]:
    """Return the fees taken in other currencies than the account's; none without any."""
    rows = {}
    for paid in tier.costs.fees_paid[1:]:
        rows[f"fees in {paid.currency}"] = f"{paid.amount.normalize():f}"
        rows[f"{paid.currency} fees, worth {currency}"] = f"{paid.value:,.2f}"
    return rows


def _by_alpha(result: BacktestResult) -> str:
    parts = result.chosen.attribution.by_alpha.items()
    return ", ".join(f"{name} {value:+,.2f}" for name, value in parts)


def _metrics(tier: TierResult) -> dict[str, object]:
    return {
        "performance": _plain(asdict(tier.performance)),
        "trades": _plain(asdict(tier.trade_summary)),
        "turnover": _number(tier.turnover),
    }


def _tier(tier: TierResult) -> dict[str, object]:
    return {
        "fill_tier": tier.tier,
        "fingerprint": tier.fingerprint,
        "trades": tier.trade_summary.closed,
        "final_equity": _number(float(tier.final_equity)),
        "total_return": _number(tier.performance.total_return),
        "sharpe": _number(tier.performance.sharpe),
        "max_drawdown": _number(tier.max_drawdown),
        "fees": float(tier.costs.fees),
        "fees_paid": plain([asdict(paid) for paid in tier.costs.fees_paid]),
        "orders": _plain(asdict(tier.orders)),
        "execution": plain(asdict(tier.execution)),
        "funding": float(tier.costs.funding),
        "liquidations": tier.costs.liquidations,
        "pnl_by_instrument": _floats(tier.attribution.by_instrument),
        "pnl_by_alpha": _floats(tier.attribution.by_alpha),
        "attribution": plain(asdict(tier.attribution)),
        "complete": tier.complete,
    }


def _floats(parts: Parts) -> dict[str, float]:
    return {name: float(value) for name, value in parts.items()}


def _plain(value: object) -> object:
    """Return ``value`` with every number that JSON cannot say as null."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _percent(value: float, sign: str = "") -> str:
    return f"{value:{sign}.2%}" if math.isfinite(value) else "–"


def _ratio(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.2f}" if math.isfinite(value) else "∞"


def _instant(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / _NS_PER_S, tz=UTC).isoformat()


def _day(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / _NS_PER_S, tz=UTC).strftime("%Y-%m-%d %H:%M")
